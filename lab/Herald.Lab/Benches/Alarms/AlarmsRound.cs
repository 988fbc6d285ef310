using System.Globalization;
using Herald.Client;
using Herald.Lab.Benches.Crashes;
using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches.Alarms;

/// <summary>Starts one server after another, each with an empty store. Each takes changes until all of them are durable.</summary>
/// <param name="skipped">
/// Messages before those that count. While they are read, connections open and the JIT compiler optimises. Brief runs have none, because
/// their messages are taken before the first look.
/// </param>
internal sealed class AlarmsRound(AlarmsSide side, BenchNats nats, int users, long skipped, long messages, BenchRig rig)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10), Patience = TimeSpan.FromSeconds(60);
    private TimeSpan _takenByEnded;
    private ServerProcess? _server;
    private int _rounds;
    private string _directory = "";

    /// <summary>The CPU time of the current server and of the servers before it.</summary>
    public CpuSource Cpu => new("server", () => _takenByEnded + (_server is { } server ? ProcessTimes.Of(server.Id).Own : TimeSpan.Zero));

    /// <summary>Publishes the messages while they are taken; no stream keeps them.</summary>
    /// <returns>Changes per second.</returns>
    public Task<double> FreshAsync(CancellationToken cancel) => RunAsync(null, async client =>
    {
        var (began, counted) = (skipped == 0 ? rig.Time.GetTimestamp() : 0, 0L);
        await new AlarmFeed(nats, rig.Time).RunAsync(new AlarmTraffic(users), messages, CountAsync, cancel);
        return await UntilAsync(client, began, counted, cancel);

        async Task<long> CountAsync()
        {
            var durable = await side.CountAsync(client, cancel);
            if (began == 0 && durable >= skipped)
                (began, counted) = (rig.Time.GetTimestamp(), durable);
            return durable;
        }
    }, cancel);

    /// <summary>Reads the messages from a stream that already has them all.</summary>
    /// <returns>Changes per second.</returns>
    public Task<double> KeptAsync(string stream, CancellationToken cancel) =>
        RunAsync(stream, client => UntilAsync(client, skipped == 0 ? rig.Time.GetTimestamp() : 0, 0, cancel), cancel);

    /// <summary>
    /// The server of the last round was killed as soon as it had reported that all changes were durable. It must still have all changes and
    /// all state of the users, without a stream.
    /// </summary>
    public async Task JudgeKillAsync(CancellationToken cancel)
    {
        const int MostAsked = 500;
        var step = Math.Max(1, users / MostAsked);
        var server = await rig.StartServerAsync(_directory, side.Command, side.Settings(nats.Url, null), cancel);
        await Survivors.JudgeAsync(server, AlarmsSide.Topic, "earliest", messages, messages, rig, cancel);
        using var client = new HeraldClient(server.Address, null);
        var wrong = new List<string>();
        for (var user = 0; user < users; user += step)
        {
            var known = (await client.Alarms.GetUserAsync(AlarmTraffic.UserName(user), cancel)).Value?.Alarms.Count ?? 0;
            if (known != Expected(user))
                wrong.Add(
                    $"{AlarmTraffic.UserName(user)} had {Expected(user)} alarms when the server was killed, and has "
                        + $"{known} after the restart.");
        }
        wrong.ForEach(rig.Fail);
        rig.Note($"After the restart, {(users + step - 1) / step} users were checked; alarms of {wrong.Count} users were missing.");
        await server.StopAsync();
    }

    /// <summary>The changes go round the users, and for each user round the alarms.</summary>
    private long Expected(int user) => Math.Min(AlarmTraffic.AlarmsEach, (messages - user + users - 1) / users);

    private async Task<double> RunAsync(string? stream, Func<HeraldClient, Task<double>> measure, CancellationToken cancel)
    {
        _directory = string.Create(CultureInfo.InvariantCulture, $"{side.Name.Replace(' ', '-')}-{stream ?? "fresh"}-{++_rounds}");
        var server = _server = await rig.StartServerAsync(_directory, side.Command, side.Settings(nats.Url, stream), cancel);
        using var client = new HeraldClient(server.Address, null);
        var rate = await measure(client);
        var taken = ProcessTimes.Of(server.Id).Own;
        await server.KillAsync();
        (_takenByEnded, _server) = (_takenByEnded + taken, null);
        return rate;
    }

    /// <param name="began">The timestamp at which counting began; 0 when it has not begun yet.</param>
    private async Task<double> UntilAsync(HeraldClient client, long began, long counted, CancellationToken cancel)
    {
        var (seen, since) = (-1L, rig.Time.GetTimestamp());
        while (true)
        {
            var (now, at) = (await side.CountAsync(client, cancel), rig.Time.GetTimestamp());
            if (began == 0 && now >= skipped)
                (began, counted) = (at, now);
            if (now >= messages)
                return (now - counted) / rig.Time.GetElapsedTime(began, at).TotalSeconds;
            if (now != seen)
                (seen, since) = (now, at);
            else if (rig.Time.GetElapsedTime(since) > Patience)
                throw new BenchException(
                    $"Of {messages} messages {messages - now} are not durable, and none has become durable for "
                        + $"{Patience.TotalSeconds:0} s.");
            await Task.Delay(LookEvery, rig.Time, cancel);
        }
    }
}
