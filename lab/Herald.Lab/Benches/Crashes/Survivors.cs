using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Herald.Client;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;
using Herald.Lab.Processes;
using Herald.Lab.Receivers;

namespace Herald.Lab.Benches.Crashes;

/// <summary>
/// Checks from outside which events of a topic survive a kill -9. The server is started again and delivers the topic to a receiver, which
/// counts different ids. The server's own counters are not used.
/// </summary>
internal static class Survivors
{
    private const string Subscription = "survivors";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), LookEvery = TimeSpan.FromMilliseconds(100);

    /// <param name="server">The server, started again on the same store.</param>
    /// <param name="from">Where the counted events begin, in the form that a subscription takes.</param>
    /// <param name="least">The number of events that had been answered or reported as durable.</param>
    /// <param name="most">The number of events that had been sent.</param>
    public static async Task JudgeAsync(
        ServerProcess server, string topic, JsonNode from, long least, long most, BenchRig rig, CancellationToken cancel)
    {
        var ids = new ConcurrentDictionary<string, byte>();
        await using var receiver = await WebhookReceiver.StartAsync(
            "", null, new Conduct.Healthy(), webhook => ids.TryAdd(webhook.Id, 0), rig.Time, new Random(1), cancel);
        using var herald = MeasuredHerald.Of(server, rig);
        using var client = new HeraldClient(server.Address, null);
        await herald.SubscribeAsync(Subscription, topic, receiver.Endpoint, cancel, ("from", from));
        var (seen, since) = (-1, rig.Time.GetTimestamp());
        // A subscription that has not begun yet also reports that nothing is waiting. So that report alone does not end the loop.
        while (ids.Count < least || !await HasAllAsync(client, cancel))
        {
            if (ids.Count != seen)
                (seen, since) = (ids.Count, rig.Time.GetTimestamp());
            else if (rig.Time.GetElapsedTime(since) > Patience)
                break;
            rig.Progress.Show($"counting the events after a kill -9: {seen:N0} of {least:N0}");
            await Task.Delay(LookEvery, rig.Time, cancel);
        }
        if (ids.Count < least || ids.Count > most)
            rig.Fail(
                $"{least:N0} to {most:N0} events were durable when the server was killed, but {ids.Count:N0} were "
                    + "delivered after the restart.");
        rig.Note(
            $"The server was then killed (kill -9) and started again. A receiver got {Math.Min(ids.Count, least):N0} of the "
                + $"{least:N0} acknowledged events.");
    }

    private static async Task<bool> HasAllAsync(HeraldClient client, CancellationToken cancel) =>
        (await client.Subscriptions.GetLagAsync(Subscription, cancel)).Value is { Waiting: 0, InFlight: 0, Behind: false };
}
