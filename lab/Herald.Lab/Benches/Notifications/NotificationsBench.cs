using System.Globalization;
using Herald.Client;
using Herald.Kafka;
using Herald.Kafka.Clusters;
using Herald.Lab.Benches.Load;
using Herald.Lab.Benches.Parts;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Notifications;
using Herald.Lab.Processes;
using Herald.LocalServers.Brokers;

namespace Herald.Lab.Benches.Notifications;

/// <summary>
/// Notifications accepted per second, one a request, with their providers paused and at work, and notifications sent per second. The limit
/// is Kestrel alone with the same requests and answers. At the end the server is killed: each answered notification must be PROCESSED.
/// </summary>
internal sealed class NotificationsBench : IBench
{
    private const int Connections = 64, AnswerBytes = 77, Partitions = 4;
    private const double LeastRatio = 0.65, LeastSent = 15_000, LeastMails = 1000;

    public string Name => "notifications";

    public string Description => "Notifications accepted, one per request, beside Kestrel alone, and notifications sent by chat and by mail.";

    public string Matters =>
        "The ratio of the first row is important: the part of HTTP's rate that is left when every notification is checked and on disk before "
            + "its answer, and has its status kept. The load and the providers share the cores.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        if (!Wrk.IsInstalled)
            throw new BenchException("This bench needs wrk (Debian: apt-get install wrk).");
        await using var providers = await MessageProviders.StartAsync(rig.Time, cancel);
        providers.KeepLittle();
        // Recipients have no rules here, as in the figure to beat: each notification is a post, a send and a report.
        string[] settings = ["--config", providers.SettingsFile, "--set", "notifications.recipients=false"];
        var server = await rig.StartServerAsync("herald", ServerProcess.Notifications, settings, cancel);
        using var client = new HeraldClient(server.Address, null);
        var raw = await rig.StartPartAsync(
            PartCommand.RawKestrelName, cancel, PartCommand.AnswerBytesOption, AnswerBytes.ToString(CultureInfo.InvariantCulture));
        var (chat, mail) = (Script(1, MessageProviders.Chat, null), Script(2, MessageProviders.Mail, "anna@example.com"));
        rig.Note($"Generator: {chat.Name}. The providers run in the process of the bench.");

        var limit = new LoadContender("raw Kestrel", new Uri(raw.Address), [CpuSource.Of(raw)], Script(3, MessageProviders.Chat, null), 1, rig);
        var load = new LoadContender("herald", server.Address, [CpuSource.Of(server)], chat, 1, rig);
        var paused = Contender(load, "notifications-slack", MessageProviders.Chat, isPaused: true);
        var sending = Contender(load, "notifications-slack", MessageProviders.Chat, isPaused: false);
        var sides = await Contest.RunAsync([limit, paused, sending], rig, cancel);
        await sending.PrepareAsync(rig.Options.Round, cancel);
        var mailLoad = new LoadContender("herald, mail", server.Address, [CpuSource.Of(server)], mail, 1, rig);
        var mails = Contender(mailLoad, "notifications-email", MessageProviders.Mail, isPaused: false);
        _ = await Contest.RunAsync([mails], rig, cancel);
        var kafka = await KafkaAsync(settings, rig, cancel);
        await JudgeKillAsync(server, [load, mailLoad], settings, rig, cancel);
        return
        [
            new("accepted, providers paused", Unit.EventsPerSecond, sides[0], sides[1], [new Target.RatioAtLeast(LeastRatio)]),
            new("accepted, while sending", Unit.EventsPerSecond, sides[0], sides[2], []),
            .. kafka is null ? (BenchRow[])[] : [new("accepted, Kafka in front", Unit.EventsPerSecond, sides[0], kafka, [])],
            new("sent by chat, posts included", Unit.DeliveriesPerSecond, null, Side("herald", sending), [new Target.AtLeast(LeastSent)]),
            new("sent by mail, posts included", Unit.DeliveriesPerSecond, null, Side("herald", mails), [new Target.AtLeast(LeastMails)]),
        ];

        WrkGenerator Script(int part, string destination, string? to) =>
            new((at, run) => PostScript.Write(part, destination, to, at, run), Connections, rig.Directory);

        SendingContender Contender(LoadContender through, string subscription, string destination, bool isPaused) =>
            new(through, client, subscription, providers.Of(destination), isPaused, rig);
    }

    private static BenchSide Side(string name, SendingContender contender) => new(name, new Series(contender.SentPerSecond), CpuUse.Unmeasured);

    /// <returns>Null where there is no Kafka.</returns>
    private static async Task<BenchSide?> KafkaAsync(string[] settings, BenchRig rig, CancellationToken cancel)
    {
        if (KafkaPrograms.Find() is not { } programs)
        {
            rig.Note($"Without Kafka in front, because there is none. {KafkaPrograms.Missing}");
            return null;
        }
        await using var kafka = await LocalKafka.StartNewAsync(programs, [], rig.Time, cancel);
        var clusters = new KafkaClusters(new KafkaOptions
        {
            Clusters = new Dictionary<string, KafkaClusterOptions> { ["main"] = new() { Servers = [kafka.Servers] } },
        });
        await using var topic = await OwnTopic.MakeAsync(clusters.Find("main")!, "received-notifications", Partitions);
        var server = await rig.StartServerAsync("kafka", ServerProcess.Notifications, [.. settings, "--front", "kafka", "--kafka", kafka.Servers], cancel);
        using var client = new HeraldClient(server.Address, null);
        await client.Subscriptions.PauseAsync("notifications-slack", cancel);
        var generator = new WrkGenerator((at, run) => PostScript.Write(4, MessageProviders.Chat, null, at, run), Connections, rig.Directory);
        var sides = await Contest.RunAsync([new LoadContender("herald, Kafka in front", server.Address, [CpuSource.Of(server)], generator, 1, rig)], rig, cancel);
        await server.StopAsync();
        return sides[0];
    }

    private static async Task JudgeKillAsync(
        ServerProcess server, IReadOnlyList<LoadContender> loads, string[] settings, BenchRig rig, CancellationToken cancel)
    {
        await loads[0].MeasureAsync(TimeSpan.FromSeconds(1), cancel);
        await server.KillAsync();
        var again = await rig.StartServerAsync("herald", ServerProcess.Notifications, settings, cancel);
        using var client = new HeraldClient(again.Address, null);
        var (answered, most) = (loads.Sum(load => load.Answered), loads.Sum(load => load.Answered + load.Unanswered));
        var began = rig.Time.GetTimestamp();
        long processed = 0;
        while (processed < answered && rig.Time.GetElapsedTime(began) < TimeSpan.FromMinutes(2))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), rig.Time, cancel);
            processed = (await client.Notifications.CountsAsync(cancel)).Value?.Counts.Values.Sum(one => one.GetValueOrDefault("PROCESSED")) ?? 0;
        }
        rig.Note(string.Create(CultureInfo.InvariantCulture, $"After kill -9: {answered:N0} posts were answered, and {processed:N0} notifications are PROCESSED."));
        if (processed < answered || processed > most)
            rig.Fail($"{answered} posts were answered, and {processed} notifications are PROCESSED.");
    }
}
