using System.Globalization;
using Herald.Client;
using Herald.Lab.Benches.Crashes;
using Herald.Lab.Benches.Databases;
using Herald.Lab.Benches.Load;
using Herald.Lab.Benches.Parts;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches.Acceptance;

/// <summary>
/// Events accepted per second: checked, deduplicated and fsynced before each answer. One event per request is measured beside the same
/// requests answered by Kestrel without an application, because HTTP is the main cost there. Batches are measured beside the smallest
/// program that reads the same JSON and makes the same bytes durable.
/// </summary>
internal sealed class AcceptBench(int batch) : IBench
{
    /// <summary>The batch size of the bench list. Other sizes are measured on request.</summary>
    public const int UsualBatch = 500;
    private const int Connections = 64;
    private const double LeastRatio = 0.7;
    private const double LeastPerSecond = 300_000;
    private static readonly TimeSpan Crash = TimeSpan.FromSeconds(1), BriefCrash = TimeSpan.FromMilliseconds(100);
    private const double LeastInPostgres = 25_000, LeastBatchedInPostgres = 80_000;

    private bool IsSingle => batch == 1;

    public string Name => IsSingle ? "accept" : string.Create(CultureInfo.InvariantCulture, $"accept --batch {batch}");

    public string Description => IsSingle
        ? "Events accepted, one per request, beside Kestrel alone with the same requests and answers."
        : $"Events accepted, {batch} per request, beside a small program that parses and fsyncs the same bytes.";

    public string Matters => IsSingle
        ? "The ratio is important: the part of HTTP's rate that is left when every event is also checked, deduplicated and on "
            + "disk before its answer."
        : "Herald's column is important: events per second that are checked, deduplicated and on disk before their answers. The limit "
            + "only parses and fsyncs the same bytes.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        var shape = new PublishShape(batch);
        var server = await rig.StartServerAsync(cancel);
        using var client = new HeraldClient(server.Address, null);
        var answerBytes = await PrepareAsync(client, shape, cancel);
        var generator = await LoadGenerators.StartAsync(shape, Connections, rig, cancel);
        rig.Note(
            $"Generator: {generator.Name}. Events have {PublishShape.PayloadBytes} bytes of payload, ids of "
                + $"their own and {PublishShape.Keys:N0} keys.");
        rig.Note("The only subscription has a filter that matches nothing, so acceptance is measured without delivery.");

        var herald = new LoadContender("herald", server.Address, await rig.CpuOfAsync(server), generator, batch, rig);
        var (limit, target) = rig.Options.Store == StoreChoice.Postgres
            ? (await PgBenchAsync(rig), new Target.AtLeast(IsSingle ? LeastInPostgres : LeastBatchedInPostgres))
            : (await StartLimitAsync(answerBytes, generator, shape, rig, cancel), IsSingle ? (Target)new Target.RatioAtLeast(LeastRatio) : new Target.AtLeast(LeastPerSecond));
        var sides = await Contest.RunAsync(limit, herald, rig, cancel);
        Judge(await ServerCounts.ReadAsync(client, cancel), herald, shape.Batch, rig);
        await KillAsync(server, herald, rig, cancel);
        return [new("events/s", Unit.EventsPerSecond, sides.Limit, sides.Herald, [target])];
    }

    private async Task<IContender> StartLimitAsync(
        int answerBytes, ILoadGenerator generator, PublishShape shape, BenchRig rig, CancellationToken cancel)
    {
        var bytes = answerBytes.ToString(CultureInfo.InvariantCulture);
        var program = IsSingle
            ? await rig.StartPartAsync(PartCommand.RawKestrelName, cancel, PartCommand.AnswerBytesOption, bytes)
            : await rig.StartPartAsync(
                PartCommand.RawAppendName, cancel, PartCommand.AnswerBytesOption, bytes, PartCommand.FileOption,
                Path.Combine(rig.Directory.Path.FullName, "appended"));
        return new LoadContender(
            IsSingle ? "raw Kestrel" : "parse and fsync", new Uri(program.Address), [CpuSource.Of(program)], generator, batch, rig);
    }

    private async Task<IContender> PgBenchAsync(BenchRig rig)
    {
        var limit = new PgBenchContender(await rig.DatabaseAsync(), batch);
        await limit.CreateTablesAsync();
        rig.Note(
            $"The limit is pgbench, which writes the same rows, "
                + $"{(IsSingle ? "one per transaction on 64 connections" : $"{batch} per transaction on 2 connections")}, without HTTP "
                + "and without a check for duplicates.");
        return limit;
    }

    /// <returns>The length of Herald's answer to such a request.</returns>
    private static async Task<int> PrepareAsync(HeraldClient client, PublishShape shape, CancellationToken cancel)
    {
        await SucceedAsync(client.Topics.PutAsync(PublishShape.Topic, cancel: cancel));
        await SucceedAsync(client.Subscriptions.PutAsync("idle", new SubscriptionDefinition
        {
            Topic = PublishShape.Topic,
            Endpoint = "http://127.0.0.1:9/",
            Filter = new Dictionary<string, IReadOnlyList<string>> { ["type"] = ["never"] },
        }, cancel: cancel));
        return (await SucceedAsync(client.Events.PublishLinesAsync(PublishShape.Topic, shape.Body(0, 0, 0), cancel))).Text.Length;
    }

    /// <summary>
    /// Runs once more and kills the server at about the time of the last answer. Every event that was answered must come back.
    /// </summary>
    private static async Task KillAsync(ServerProcess server, LoadContender herald, BenchRig rig, CancellationToken cancel)
    {
        var (answered, unanswered, began) = (herald.Answered, herald.Unanswered, rig.Time.GetUtcNow());
        await herald.MeasureAsync(rig.Options.IsBrief ? BriefCrash : Crash, cancel);
        await server.KillAsync();
        (answered, unanswered) = (herald.Answered - answered, herald.Unanswered - unanswered);
        await Survivors.JudgeAsync(
            await rig.StartServerAsync(cancel), PublishShape.Topic, began.ToString("O", CultureInfo.InvariantCulture), answered,
            answered + unanswered, rig, cancel);
    }

    /// <summary>
    /// Every event that was answered is stored once. Nothing else is stored, except events that were on their way when a run ended.
    /// </summary>
    private static void Judge(ServerCounts counts, LoadContender herald, int probed, BenchRig rig)
    {
        var accepted = counts.Accepted - probed;
        if (accepted < herald.Answered || accepted > herald.Answered + herald.Unanswered)
            rig.Fail($"{herald.Answered} events were answered, but {accepted} were accepted.");
        if (counts is not { Duplicates: 0, Conflicts: 0, Refused: 0 })
            rig.Fail(
                $"All events have different ids, but {counts.Duplicates} were duplicates, {counts.Conflicts} conflicts and "
                    + $"{counts.Refused} refused.");
    }

    private static async Task<T> SucceedAsync<T>(Task<T> asked)
        where T : Reply
    {
        var reply = await asked;
        return reply.Succeeded ? reply : throw new BenchException(string.Join(" ", reply.ProblemLines()));
    }
}
