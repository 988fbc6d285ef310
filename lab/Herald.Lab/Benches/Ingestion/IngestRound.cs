using System.Globalization;
using Herald.Client;
using Herald.Lab.Benches.Crashes;
using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches.Ingestion;

/// <summary>
/// Starts one server after another, each with an empty store and a consumer group of its own. Each reads the same topic until all of it is
/// durable.
/// </summary>
/// <param name="skipped">Messages before those that count. While they are read, connections open and the JIT compiler optimises.</param>
internal sealed class IngestRound(BenchKafka kafka, string from, long skipped, long messages, BenchRig rig)
{
    private const string Topic = "ingested", Metric = "herald_kafka_messages_total";
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50), Patience = TimeSpan.FromSeconds(30);
    private TimeSpan _takenByEnded;
    private ServerProcess? _server;
    private int _rounds;

    private string Directory => string.Create(CultureInfo.InvariantCulture, $"ingest-{_rounds}");

    /// <summary>The CPU time of the current server and of the servers before it.</summary>
    public CpuSource Cpu => new("server", () => _takenByEnded + (_server is { } server ? ProcessTimes.Of(server.Id).Own : TimeSpan.Zero));

    /// <returns>Messages per second.</returns>
    public async Task<double> RunAsync(CancellationToken cancel)
    {
        _rounds++;
        var server = _server = await rig.StartServerAsync(Directory, cancel, kafka.Settings(from, Topic, kafka.NewGroup()));
        using var client = new HeraldClient(server.Address, null);
        // Brief runs skip nothing, because their messages are read before the first look.
        var (before, began) = skipped == 0 ? (0, rig.Time.GetTimestamp()) : await UntilAsync(client, skipped, cancel);
        var (after, ended) = await UntilAsync(client, messages, cancel);
        await JudgeAsync(client, cancel);
        var taken = ProcessTimes.Of(server.Id).Own;
        await server.KillAsync();
        (_takenByEnded, _server) = (_takenByEnded + taken, null);
        return (after - before) / rig.Time.GetElapsedTime(began, ended).TotalSeconds;
    }

    /// <summary>
    /// The server of the last round was killed as soon as it had reported that all messages were durable. It must still have them all,
    /// without Kafka.
    /// </summary>
    public async Task JudgeKillAsync(CancellationToken cancel) =>
        await Survivors.JudgeAsync(await rig.StartServerAsync(Directory, cancel), Topic, "earliest", messages, messages, rig, cancel);

    private async Task<(long Count, long At)> UntilAsync(HeraldClient client, long count, CancellationToken cancel)
    {
        var (seen, since) = (-1L, rig.Time.GetTimestamp());
        while (true)
        {
            var (now, at) = (await CountAsync(client, "accepted", cancel), rig.Time.GetTimestamp());
            if (now >= count)
                return (now, at);
            if (now != seen)
                (seen, since) = (now, at);
            else if (rig.Time.GetElapsedTime(since) > Patience)
                throw new BenchException(
                    $"Of {messages} messages {messages - now} are not durable, and none has become durable for "
                        + $"{Patience.TotalSeconds:0} s.");
            await Task.Delay(LookEvery, rig.Time, cancel);
        }
    }

    private async Task JudgeAsync(HeraldClient client, CancellationToken cancel)
    {
        var (accepted, duplicates, rejected) = (await CountAsync(client, "accepted", cancel), await CountAsync(client, "duplicate", cancel), await CountAsync(client, "rejected", cancel));
        if ((accepted, duplicates, rejected) != (messages, 0, 0))
            rig.Fail(
                $"All {messages} messages have different ids, but {accepted} were accepted, {duplicates} were duplicates and "
                    + $"{rejected} were rejected.");
    }

    /// <summary>A count of 0 is missing in the metrics.</summary>
    private static async Task<long> CountAsync(HeraldClient client, string outcome, CancellationToken cancel) =>
        (long)((await client.Operations.GetMetricsAsync(cancel)).Value?.Find($"{Metric}{{topic=\"{Topic}\",outcome=\"{outcome}\"}}") ?? 0);
}
