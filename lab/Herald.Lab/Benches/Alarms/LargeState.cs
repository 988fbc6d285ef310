using System.Globalization;
using Herald.Client;
using Herald.Lab.Alarms;
using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches.Alarms;

/// <summary>
/// Many users with ten alarms each: how much memory a server takes for them, and how soon after a kill it answers one of them.
/// </summary>
internal sealed class LargeState(BenchNats nats, BenchRig rig)
{
    private const double Megabyte = 1e6, MostSeconds = 10;
    private const int Users = 1_000_000, BriefUsers = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), LookEvery = TimeSpan.FromMilliseconds(10);

    public async Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken cancel)
    {
        var users = rig.Options.IsBrief ? BriefUsers : Users;
        var limit = await FillAsync(AlarmsSide.OnlyAppending, users, cancel);
        var memory = await FillAsync(AlarmsSide.Application, users, cancel);
        var starts = new List<double>();
        for (var i = 0; i < rig.Options.Rounds; i++)
        {
            rig.Progress.Show($"restart {i + 1} of {rig.Options.Rounds}");
            var started = rig.Time.GetTimestamp();
            var server = await StartAsync(AlarmsSide.Application, cancel);
            await AskAsync(AlarmTraffic.UserName(users - 1 - i), cancel);
            starts.Add(rig.Time.GetElapsedTime(started).TotalSeconds);
            await server.KillAsync();
        }
        rig.Note(
            "A restart follows a kill -9. It is measured from the start of the process to the digest with all ten alarms of a user. "
                + "The page cache is warm.");
        return
        [
            new(
                "peak of memory", Unit.Megabytes, Figure(AlarmsSide.OnlyAppending, memory: limit), Figure(AlarmsSide.Application, memory),
                []),
            new(
                "restart to first digest", Unit.Seconds, null, new(AlarmsSide.Application.Name, new Series([.. starts]), CpuUse.Unmeasured),
                [new Target.AtMost(MostSeconds)]),
        ];

        static BenchSide Figure(AlarmsSide side, ProcessMemory memory) =>
            new(side.Name, new Series([memory.PeakBytes / Megabyte]), CpuUse.Unmeasured);
    }

    /// <summary>Publishes all alarms of all users to a server, and then kills it.</summary>
    private async Task<ProcessMemory> FillAsync(AlarmsSide side, int users, CancellationToken cancel)
    {
        var messages = (long)users * AlarmTraffic.AlarmsEach;
        rig.Progress.Show(string.Create(CultureInfo.InvariantCulture, $"{users:N0} users, {side.Name}"));
        var server = await StartAsync(side, cancel);
        using var client = new HeraldClient(server.Address, null);
        var began = rig.Time.GetTimestamp();
        await new AlarmFeed(nats, rig.Time).RunAsync(new AlarmTraffic(users), messages, () => side.CountAsync(client, cancel), cancel);
        var told = rig.Time.GetTimestamp();
        while (await side.CountAsync(client, cancel) is var durable && durable < messages)
        {
            if (rig.Time.GetElapsedTime(told) > Patience)
                throw new BenchException(
                    $"Of {messages} changes {messages - durable} are not durable {Patience.TotalSeconds:0} s after the last one was sent.");
            await Task.Delay(LookEvery, rig.Time, cancel);
        }
        var took = rig.Time.GetElapsedTime(began);
        var memory = ProcessMemory.Of(server.Id);
        await server.KillAsync();
        rig.Note(string.Create(CultureInfo.InvariantCulture,
            $"{users:N0} users with {AlarmTraffic.AlarmsEach} alarms each, {side.Name}: sent in {took.TotalSeconds:0} s "
                + $"({messages / took.TotalSeconds:N0} changes/s), {memory.ResidentBytes / Megabyte:0} MB at the end, "
                + $"{DiskSpace.Used(rig.Directory.Sub(NameOf(side))) / 1e9:0.00} GB on disk."));
        return memory;
    }

    private Task<ServerProcess> StartAsync(AlarmsSide side, CancellationToken cancel) =>
        rig.StartServerAsync(NameOf(side), side.Command, side.Settings(nats.Url, null), cancel);

    private static string NameOf(AlarmsSide side) => $"large-{side.Name.Replace(' ', '-')}";

    /// <summary>The digest must contain all ten alarms of the user, because this is the user's first request.</summary>
    private async Task AskAsync(string user, CancellationToken cancel)
    {
        await using var digests = nats.Connection.Subscribe(AlarmMessage.Digest);
        await nats.Connection.PublishAsync(new(AlarmMessage.SendDigest, AlarmMessage.Request("ask", user).Payload), cancel);
        using var patient = new CancellationTokenSource(Patience, rig.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patient.Token, cancel);
        try
        {
            var text = await digests.ReadAsync(either.Token) is { } message
                ? System.Text.Encoding.UTF8.GetString(message.Payload.Span)
                : "nothing";
            var alarms = text.Split("AlarmID").Length - 1;
            if (!text.Contains($"\"{user}\"", StringComparison.Ordinal) || alarms != AlarmTraffic.AlarmsEach)
                rig.Fail($"A digest of {AlarmTraffic.AlarmsEach} alarms of {user} was requested, but {text} was received.");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new BenchException($"No digest of {user} was received within {Patience.TotalSeconds:0} s.");
        }
    }
}
