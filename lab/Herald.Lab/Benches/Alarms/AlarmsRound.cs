using System.Globalization;
using Herald.Client;
using Herald.Lab.Benches.Crashes;
using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches.Alarms;

/// <summary>One server after another, each with an empty store, takes changes until all of them are durable.</summary>
/// <param name="skipped">Messages before those that count: while they are read, connections open and compilers optimise. None in brief runs, whose messages are taken before anybody looks.</param>
internal sealed class AlarmsRound(AlarmsSide side, BenchNats nats, int users, long skipped, long messages, BenchRig rig)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10), Patience = TimeSpan.FromSeconds(60);
    private TimeSpan _takenByEnded;
    private ServerProcess? _server;
    private int _rounds;
    private string _directory = "";

    /// <summary>Of the server, and of those before it.</summary>
    public CpuSource Cpu => new("server", () => _takenByEnded + (_server is { } server ? ProcessTimes.Of(server.Id).Own : TimeSpan.Zero));

    /// <summary>Told while they are taken; no stream keeps them.</summary>
    /// <returns>Changes a second.</returns>
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

    /// <summary>A stream has them all.</summary>
    /// <returns>Changes a second.</returns>
    public Task<double> KeptAsync(string stream, CancellationToken cancel) => RunAsync(stream, client => UntilAsync(client, skipped == 0 ? rig.Time.GetTimestamp() : 0, 0, cancel), cancel);

    /// <summary>The last round's server, which was killed as soon as it had said that all was durable, has all changes and all that it knew of users, without a stream.</summary>
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
            var reply = await client.GetAsync($"/v1/alarms/users/{AlarmTraffic.UserName(user)}", cancel);
            var known = reply is { Succeeded: true, Body: { } body } ? body.GetProperty("alarms").GetArrayLength() : 0;
            if (known != Expected(user))
                wrong.Add($"{AlarmTraffic.UserName(user)} had {Expected(user)} alarms when the server was killed, and has {known} after it.");
        }
        wrong.ForEach(rig.Fail);
        rig.Note($"That server was asked for {(users + step - 1) / step} users, and knew all alarms of all but {wrong.Count}.");
        await server.StopAsync();
    }

    /// <summary>Changes go from user to user, and for each user from alarm to alarm.</summary>
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

    /// <param name="began">When what counts began; 0 when it has not yet.</param>
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
                throw new BenchException($"Of {messages} messages {messages - now} are not durable, and none has become so for {Patience.TotalSeconds:0} s.");
            await Task.Delay(LookEvery, rig.Time, cancel);
        }
    }
}
