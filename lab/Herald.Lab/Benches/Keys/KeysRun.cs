using System.Text.Json.Nodes;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Keys;

/// <summary>Rounds with one number of keys and one width. Each round has a subscription and events of its own.</summary>
/// <param name="width">The number of attempts in flight.</param>
internal sealed class KeysRun(MeasuredHerald herald, TrafficClient traffic, int sink, int events, int keys, int width, TimeProvider time)
{
    private const string Topic = "keys", Subscription = "worker";

    public async Task PrepareAsync(CancellationToken cancel)
    {
        await herald.CreateTopicAsync(Topic, cancel);
        await herald.SubscribeAsync(
            Subscription, Topic, traffic.EndpointOf(sink), cancel,
            ("limits", new JsonObject { ["maxInFlight"] = width, ["fixedInFlight"] = true }));
        await herald.PauseAsync(Subscription, cancel);
        await herald.PublishAsync(Topic, new Backlog(await traffic.BeginAsync(keys, cancel), events, keys), cancel);
    }

    public async Task<KeysRound> MeasureAsync(CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        await herald.ResumeAsync(Subscription, cancel);
        var received = (await traffic.DrainAsync([sink], events, cancel)).Sinks[sink];
        return new(time.GetElapsedTime(began, received.LastAt), received.Busy / Math.Min(width, keys));
    }

    public async Task CleanUpAsync(BenchRig rig, CancellationToken cancel)
    {
        var received = (await traffic.LookAsync(cancel)).Sinks[sink];
        if (received.Repeated > 0)
            rig.Note($"{received.Repeated} deliveries were received more than once, which is allowed.");
        await herald.DeleteAsync(Subscription, cancel);
    }
}
