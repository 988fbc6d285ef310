using System.Text.Json.Nodes;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Isolation;

/// <summary>
/// A topic with two healthy subscriptions, and one that can be dead. The latter is created first, so the whole backlog belongs to it alone.
/// </summary>
internal sealed class IsolationRig(MeasuredHerald herald, TrafficClient traffic, bool brief)
{
    public const string Topic = "isolation", Dead = "dead";
    public const int DeadSink = 2;

    /// <summary>The endpoints of the healthy subscriptions. Poison keys belong to the first one.</summary>
    public static readonly int[] Healthy = [0, 1];

    public MeasuredHerald Herald => herald;
    public TrafficClient Traffic => traffic;

    /// <param name="backlog">The events behind the dead endpoint before the measurement begins.</param>
    public async Task PrepareAsync(Backlog backlog, CancellationToken cancel)
    {
        await herald.CreateTopicAsync(Topic, cancel);
        await PointDeadAtAsync(MeasuredHerald.Nobody, cancel);
        await herald.PublishAsync(Topic, backlog, cancel);
        await herald.PauseAsync(Dead, cancel);
        foreach (var sink in Healthy)
            await herald.SubscribeAsync(
                $"healthy-{sink}", Topic, traffic.EndpointOf(sink), cancel, ("retry", Retry(brief ? "100ms" : "5s")));
    }

    /// <summary>Sets a time-out with which an attempt that hangs ends within a round.</summary>
    public Task PointDeadAtAsync(Uri endpoint, CancellationToken cancel) => herald.SubscribeAsync(
        Dead, Topic, endpoint, cancel, ("retry", Retry(brief ? "100ms" : "10s")), ("limits", new JsonObject { ["timeout"] = "2s" }));

    /// <summary>The usual policy, with waits that are short enough for a round to end with everything delivered.</summary>
    private JsonObject Retry(string cap) => new() { ["base"] = brief ? "50ms" : "1s", ["factor"] = 2, ["cap"] = cap };
}
