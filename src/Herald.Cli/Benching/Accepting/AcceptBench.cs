using System.Globalization;
using System.Text.Json.Nodes;
using Herald.Cli.Api;
using Herald.Cli.Benching.Loading;
using Herald.Cli.Benching.Parts;
using Herald.Cli.Benching.Reporting;
using Herald.Cli.Benching.Running;
using Herald.Cli.Serving;

namespace Herald.Cli.Benching.Accepting;

/// <summary>
/// How many events a second are accepted: checked, deduplicated and fsynced before each answer. Beside the same requests answered by
/// Kestrel without an application.
/// </summary>
internal sealed class AcceptBench : IBench
{
    private const int Connections = 64;
    private const double LeastRatio = 0.6;

    public string Name => "accept";
    public string Description => "Events accepted, one a request, beside raw Kestrel that answers the same requests.";

    public string Matters =>
        "What matters is the ratio: of what this machine's HTTP can do, how much is left when every event is also checked, deduplicated and on disk before it is answered.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        var shape = new PublishShape(1);
        var server = await rig.StartServerAsync(cancel);
        using var client = new HeraldClient(server.Address, null);
        var probed = await PrepareAsync(client, shape, cancel);
        var raw = await rig.StartPartAsync(
            PartCommand.RawKestrelName, cancel, PartCommand.AnswerBytesOption, probed.ToString(CultureInfo.InvariantCulture));
        var generator = await LoadGenerators.StartAsync(shape, Connections, rig, cancel);
        rig.Note($"Generator: {generator.Name}. Events have {PublishShape.PayloadBytes} bytes of payload, ids of their own and {PublishShape.Keys:N0} keys.");
        rig.Note("One subscription, whose filter matches nothing: what is measured is acceptance, not delivery.");

        var limit = new LoadContender("raw Kestrel", new Uri(raw.Address), CpuSource.Of(raw), generator, shape, rig);
        var herald = new LoadContender("herald", server.Address, CpuSource.Of(server), generator, shape, rig);
        var sides = await Contest.RunAsync(limit, herald, rig, cancel);
        Judge(await ServerCounts.ReadAsync(client, cancel), herald, shape.Batch, rig);
        return [new("events/s", Unit.EventsPerSecond, sides.Limit, sides.Herald, [new Target.RatioAtLeast(LeastRatio)])];
    }

    /// <returns>How long Herald's answer to such a request is.</returns>
    private static async Task<int> PrepareAsync(HeraldClient client, PublishShape shape, CancellationToken cancel)
    {
        await SucceedAsync(client.PutAsync($"/v1/topics/{PublishShape.Topic}", null, cancel));
        await SucceedAsync(client.PutAsync("/v1/subscriptions/idle", new JsonObject
        {
            ["topic"] = PublishShape.Topic,
            ["endpoint"] = "http://127.0.0.1:9/",
            ["filter"] = new JsonObject { ["type"] = new JsonArray("never") },
        }, cancel));
        return (await SucceedAsync(client.PublishAsync(PublishShape.Topic, shape.Body(0, 0, 0), cancel))).Text.Length;
    }

    /// <summary>Everything that was answered is stored once, and nothing else but what was on its way at the ends of runs.</summary>
    private static void Judge(ServerCounts counts, LoadContender herald, int probed, BenchRig rig)
    {
        var accepted = counts.Accepted - probed;
        if (accepted < herald.Answered || accepted > herald.Answered + herald.Unanswered)
            rig.Fail($"{herald.Answered} events were answered, and {accepted} accepted.");
        if (counts is not { Duplicates: 0, Conflicts: 0, Refused: 0 })
            rig.Fail($"Of events with ids of their own {counts.Duplicates} were duplicates, {counts.Conflicts} conflicts and {counts.Refused} refused.");
    }

    private static async Task<Reply> SucceedAsync(Task<Reply> asked)
    {
        var reply = await asked;
        return reply.Succeeded ? reply : throw new BenchException(string.Join(" ", reply.ProblemLines()));
    }
}
