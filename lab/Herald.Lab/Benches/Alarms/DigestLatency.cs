using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Herald.Lab.Alarms;
using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;
using Herald.Lab.Ledgers;
using Herald.Nats.Messages;

namespace Herald.Lab.Benches.Alarms;

/// <summary>
/// The time from the scheduled moment of a request until its answer comes. The answer is a digest or, for the server that only appends
/// messages, the request itself. Changes of the same user come before each request, so its digest has content.
/// </summary>
/// <param name="answers">The subject on which answers come.</param>
internal sealed class DigestLatency(BenchNats nats, string answers, BenchRig rig)
{
    public const int RequestsPerSecond = 500, ChangesEach = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), Close = TimeSpan.FromMilliseconds(1),
        BriefRound = TimeSpan.FromMilliseconds(250);
    private static readonly byte[] UserField = "\"UserID\":\""u8.ToArray();
    private int _rounds;

    public async Task<Latencies> RunAsync(CancellationToken cancel)
    {
        var histogram = new LatencyHistogram();
        var asked = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        var round = ++_rounds;
        await using var subscription = nats.Connection.Subscribe(answers);
        await nats.Connection.FlushAsync(cancel);
        var listening = ListenAsync(subscription, asked, histogram);
        var count = (int)((rig.Options.IsBrief ? BriefRound : rig.Options.Round).TotalSeconds * RequestsPerSecond);
        var began = rig.Time.GetTimestamp();
        for (var number = 0; number < count; number++)
        {
            var due = began + (long)(number * (double)rig.Time.TimestampFrequency / RequestsPerSecond);
            await UntilAsync(due, cancel);
            var user = string.Create(CultureInfo.InvariantCulture, $"{answers}-{round}-{number}");
            asked[user] = due;
            for (var change = 0; change < ChangesEach; change++)
                await SendAsync(
                    AlarmMessage.Change(
                        "", user, $"alarm-{change}", "WARNING",
                        string.Create(CultureInfo.InvariantCulture, $"2024-05-01T00:00:{change:D2}Z")),
                    cancel);
            await SendAsync(AlarmMessage.Request("", user), cancel);
        }
        var asking = rig.Time.GetTimestamp();
        while (!asked.IsEmpty && rig.Time.GetElapsedTime(asking) < Patience)
            await Task.Delay(Close, rig.Time, cancel);
        if (!asked.IsEmpty)
            rig.Fail($"{asked.Count} of {count} requests were not answered on {answers}.");
        await subscription.DisposeAsync();
        await listening;
        return Latencies.Of(histogram);
    }

    private ValueTask SendAsync(AlarmMessage message, CancellationToken cancel) =>
        nats.Connection.PublishAsync(new(message.Subject, message.Payload), cancel);

    private async Task UntilAsync(long due, CancellationToken cancel)
    {
        while (rig.Time.GetTimestamp() is var now && now < due)
        {
            var left = rig.Time.GetElapsedTime(now, due);
            if (left > 2 * Close)
                await Task.Delay(left - Close, rig.Time, cancel);
            else
                PreciseWait.For(left);
        }
    }

    private async Task ListenAsync(NatsSubscription subscription, ConcurrentDictionary<string, long> asked, LatencyHistogram histogram)
    {
        await foreach (var message in subscription.ReadAllAsync(CancellationToken.None))
        {
            var now = rig.Time.GetTimestamp();
            if (UserOf(message.Payload.Span) is { } user && asked.TryRemove(user, out var due))
                histogram.Record(rig.Time.GetElapsedTime(due, now));
        }
    }

    // Parsing the whole payload would add to the measured time.
    private static string? UserOf(ReadOnlySpan<byte> payload)
    {
        var at = payload.IndexOf(UserField);
        if (at < 0)
            return null;
        var rest = payload[(at + UserField.Length)..];
        return rest.IndexOf((byte)'"') is var end and >= 0 ? Encoding.UTF8.GetString(rest[..end]) : null;
    }
}
