using System.Text.Json.Nodes;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Isolation;

/// <summary>A topic with two healthy subscriptions, and one that can be dead. It is there first, so that all that is behind it is its own.</summary>
internal sealed class IsolationRig(MeasuredHerald herald, TrafficClient traffic, bool brief)
{
    public const string Topic = "isolation", Dead = "dead";
    public const int DeadSink = 2;

    /// <summary>The endpoints of the healthy subscriptions; poison keys are those of the first.</summary>
    public static readonly int[] Healthy = [0, 1];

    public MeasuredHerald Herald => herald;
    public TrafficClient Traffic => traffic;

    /// <param name="backlog">What is behind the dead endpoint before anything is measured.</param>
    public async Task PrepareAsync(Backlog backlog, CancellationToken cancel)
    {
        await herald.CreateTopicAsync(Topic, cancel);
        await PointDeadAtAsync(MeasuredHerald.Nobody, cancel);
        await herald.PublishAsync(Topic, backlog, cancel);
        await herald.PauseAsync(Dead, cancel);
        foreach (var sink in Healthy)
            await herald.SubscribeAsync($"healthy-{sink}", Topic, traffic.EndpointOf(sink), cancel, ("retry", Retry(brief ? "100ms" : "5s")));
    }

    /// <summary>An attempt that hangs ends within a round.</summary>
    public Task PointDeadAtAsync(Uri endpoint, CancellationToken cancel) => herald.SubscribeAsync(
        Dead, Topic, endpoint, cancel, ("retry", Retry(brief ? "100ms" : "10s")), ("limits", new JsonObject { ["timeout"] = "2s" }));

    /// <summary>As usual, but with waits that end soon enough for a round to end with everything delivered.</summary>
    private JsonObject Retry(string cap) => new() { ["base"] = brief ? "50ms" : "1s", ["factor"] = 2, ["cap"] = cap };
}
