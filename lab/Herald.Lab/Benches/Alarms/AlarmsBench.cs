using System.Globalization;
using Herald.Alarms.Commands;
using Herald.Client;
using Herald.Lab.Alarms;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Alarms;

/// <summary>
/// How many changes of alarms per second become durable state, how long a digest takes, and what a million users cost. The limit is a
/// server that only receives and appends the same messages.
/// </summary>
internal sealed class AlarmsBench : IBench
{
    private const string Stream = "ALARMS", Echo = "Echo";
    private const double LeastPerSecond = 50_000;
    private static readonly (int Users, long Skipped, int Messages) Whole = (100_000, 300_000, 1_000_000), Brief = (50, 0, 2000);

    public string Name => "alarms";
    public string Description => "Changes of alarms from NATS to durable state, digests, and a million users, beside a server that only "
        + "appends the same messages.";

    public string Matters =>
        "Herald's column is important: changes per second that are in the log and in their users' state, both on disk. The nats-server "
            + "shares the cores, and without a stream the publisher does too.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        await using var nats = await BenchNats.StartAsync(rig.Time, cancel);
        var (users, skipped, messages) = rig.Options.IsBrief ? Brief : Whole;
        rig.Note(string.Create(CultureInfo.InvariantCulture,
            $"Changes: in each round a server with an empty store reads {messages:N0} changes of the {AlarmTraffic.AlarmsEach} alarms of "
                + $"{users:N0} users; consecutive changes are of different users, and the first {skipped:N0} do not count. The limit is "
                + $"a server without the application that appends the same messages to a topic."));
        rig.Note(string.Create(CultureInfo.InvariantCulture,
            $"Digests: {DigestLatency.RequestsPerSecond} users per second by schedule, each with {DigestLatency.ChangesEach} changes and "
                + $"a request, without a stream. The limit is the time of the request itself through a topic and a "
                + $"subscription back to NATS."));
        return
        [
            await ChangesAsync(nats, "without a stream", round => round.FreshAsync),
            await KeptAsync(),
            .. await DigestsAsync(nats, rig, cancel),
            .. await new LargeState(nats, rig).RunAsync(cancel),
        ];

        async Task<BenchRow> KeptAsync()
        {
            rig.Progress.Show("filling a stream");
            // This needs a NATS server of its own, because the stream would keep everything else that is published here, too.
            await using var keeping = await BenchNats.StartAsync(rig.Time, cancel);
            await keeping.FillAsync(Stream, new AlarmTraffic(users), messages, cancel);
            return await ChangesAsync(keeping, "from a stream", round => token => round.KeptAsync(Stream, token));
        }

        async Task<BenchRow> ChangesAsync(BenchNats through, string name, Func<AlarmsRound, Func<CancellationToken, Task<double>>> measure)
        {
            var (appending, application) = (Round(AlarmsSide.OnlyAppending), Round(AlarmsSide.Application));
            var (limit, herald) = (Side(AlarmsSide.OnlyAppending, appending), Side(AlarmsSide.Application, application));
            await Alternation.RunAsync(name, rig, cancel, limit, herald);
            await application.JudgeKillAsync(cancel);
            return new(
                $"changes {name}", Unit.ChangesPerSecond, limit.Figure(rate => rate, withCpu: true),
                herald.Figure(rate => rate, withCpu: true), [new Target.AtLeast(LeastPerSecond)]);

            AlarmsRound Round(AlarmsSide side) => new(side, through, users, skipped, messages, rig);

            MeasuredSide<double> Side(AlarmsSide side, AlarmsRound round) => new(side.Name, [round.Cpu, through.Cpu], measure(round), rig);
        }
    }

    private static async Task<IReadOnlyList<BenchRow>> DigestsAsync(BenchNats nats, BenchRig rig, CancellationToken cancel)
    {
        var appending = await rig.StartServerAsync(
            "digest-limit", AlarmsSide.OnlyAppending.Command, AlarmsSide.OnlyAppending.Settings(nats.Url, null), cancel);
        using (var client = new HeraldClient(appending.Address, null))
        {
            var subscription = new SubscriptionDefinition
            {
                Topic = AlarmsSide.Topic,
                Endpoint = $"nats://{NatsOptionSet.Cluster}/{Echo}",
                Filter = new Dictionary<string, IReadOnlyList<string>> { ["subject"] = [AlarmMessage.SendDigest] },
            };
            var made = await client.Subscriptions.PutAsync("echo", subscription, cancel: cancel);
            if (!made.Succeeded)
                throw new BenchException($"The limit's subscription was refused: {string.Join(' ', made.ProblemLines())}");
        }
        var alarms = await rig.StartServerAsync(
            "digest", AlarmsSide.Application.Command, AlarmsSide.Application.Settings(nats.Url, null), cancel);
        var limit = new MeasuredSide<Latencies>(
            AlarmsSide.OnlyAppending.Name, [CpuSource.Of(appending), nats.Cpu], new DigestLatency(nats, Echo, rig).RunAsync, rig);
        var herald = new MeasuredSide<Latencies>(
            AlarmsSide.Application.Name, [CpuSource.Of(alarms), nats.Cpu], new DigestLatency(nats, AlarmMessage.Digest, rig).RunAsync, rig);
        // Both servers take all messages, so each is measured while the other one works.
        await Alternation.RunAsync("digests", rig, cancel, limit, herald);
        await appending.StopAsync();
        await alarms.StopAsync();
        return
        [
            new(
                "digest, p50", Unit.Milliseconds, limit.Figure(one => one.P50, withCpu: true), herald.Figure(one => one.P50, withCpu: true),
                []),
            new("digest, p95", Unit.Milliseconds, limit.Figure(one => one.P95), herald.Figure(one => one.P95), []),
            new("digest, p99", Unit.Milliseconds, limit.Figure(one => one.P99), herald.Figure(one => one.P99), []),
        ];
    }
}
