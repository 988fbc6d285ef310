using System.Globalization;
using Herald.Client;
using Herald.Lab.Benches.Databases;
using Herald.Lab.Benches.Load;
using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Parts;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Processes;

namespace Herald.Lab.Benches.Delivery;

/// <summary>
/// Deliveries per second to a receiver that verifies every signature and the order, beside the .NET HTTP client in a loop against the same
/// receiver. <c>deliver</c> is a backlog for one subscription, <c>fanout</c> fresh events for a hundred.
/// </summary>
internal sealed class DeliverBench(string name, string description, int subscriptions, bool backlog, double leastRatio) : IBench
{
    private const int MaxInFlight = 256;
    private const double LeastInPostgres = 20_000;

    public static DeliverBench Backlog { get; } = new(
        "deliver", "A backlog delivered to one receiver, beside a bare HTTP client loop.", 1, true, 0.65);
    public static DeliverBench Fanout { get; } = new(
        "fanout", "Each event delivered to 100 subscriptions, beside a bare HTTP client loop.", 100, false, 0.75);

    public string Name => name;
    public string Description => description;

    public string Matters =>
        "The ratio is important: the part of the rate of .NET's HTTP client that is left when every delivery is also read from disk, "
            + "signed, kept in order per key and saved.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        var server = await rig.StartServerAsync(cancel);
        using var client = new HeraldClient(server.Address, null);
        var receiver = await ReceiverPart.StartAsync(subscriptions, rig, cancel);
        var sender = await rig.StartPartAsync(PartCommand.BareSenderName, cancel);
        rig.Note(string.Create(CultureInfo.InvariantCulture,
            $"Events have {NumberedPayload.Bytes} bytes of payload and {PublishShape.Keys:N0} keys. One receiver process verifies every "
                + $"signature and the order of each key."));
        rig.Note($"Herald runs with its defaults; each subscription has at most {MaxInFlight} attempts in flight.");
        if (backlog)
            rig.Note("Other products measured on such a machine: 8,800 and 10,500 /s.");

        var limit = new BareContender(sender, receiver, receiver.EndpointOf(subscriptions), rig);
        var herald = new DeliveryContender(await rig.CpuOfAsync(server), client, receiver, subscriptions, backlog, rig);
        await herald.SubscribeAsync(MaxInFlight, cancel);
        var database = rig.Options.Store == StoreChoice.Postgres ? await rig.DatabaseAsync() : null;
        if (database is not null)
            await database.CountFromHereAsync();
        var native = NativeContender.Find(receiver, receiver.EndpointOf(subscriptions), rig);
        var sides = await Contest.RunAsync([.. Contenders(limit, native, herald, rig)], rig, cancel);
        await limit.JudgeAsync(native, cancel);
        var delivered = await herald.JudgeAsync(cancel);
        if (database is not null)
            await JudgeStatementsAsync(database, delivered, rig);
        Target target = database is null ? new Target.RatioAtLeast(leastRatio) : new Target.AtLeast(LeastInPostgres);
        return Rows("deliveries/s", sides, target);
    }

    /// <summary>Herald is the last one.</summary>
    private IEnumerable<IContender> Contenders(BareContender limit, NativeContender? native, DeliveryContender herald, BenchRig rig)
    {
        yield return limit;
        if (native is not null)
            yield return native;
        if (backlog && !rig.Options.IsBrief && rig.Options.Store == StoreChoice.Embedded && PageCache.CanDrop)
            yield return new ColdContender(herald);
        yield return herald;
    }

    /// <summary>
    /// Herald beside the bare loop; beside the native client, if there is one; and with a cold page cache, if that was measured.
    /// </summary>
    /// <param name="sides">The bare loop's side is the first, Herald's the last.</param>
    public static IReadOnlyList<BenchRow> Rows(string name, IReadOnlyList<BenchSide> sides, Target target)
    {
        var (limit, herald) = (sides[0], sides[^1]);
        var rows = new List<BenchRow> { new(name, Unit.DeliveriesPerSecond, limit, herald, [target]) };
        foreach (var side in sides.Skip(1).SkipLast(1))
        {
            rows.Add(side.Name == NativeContender.ContenderName
                ? new($"{name}, beside a native client", Unit.DeliveriesPerSecond, side, herald with { Cpu = CpuUse.Unmeasured }, [])
                : new($"{name}, page cache dropped", Unit.DeliveriesPerSecond, limit with { Cpu = CpuUse.Unmeasured }, side, []));
        }
        return rows;
    }

    /// <summary>A delivery that succeeds at once must not cost a statement of its own.</summary>
    private static async Task JudgeStatementsAsync(BenchDatabase database, long delivered, BenchRig rig)
    {
        const double MostPerDelivery = 0.1;
        var statements = await database.StatementsAsync();
        var all = statements.Sum(statement => statement.Calls);
        var (sql, most) = statements.Count > 0 ? statements[0] : ("", 0);
        rig.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"pg_stat_statements: {all:N0} statements for {delivered:N0} events that were published and delivered, "
                + $"{(double)all / delivered:0.000} per event. The most frequent one ran {most:N0} times."));
        if (most > MostPerDelivery * delivered)
            rig.Fail($"A statement ran {most} times for {delivered} deliveries: {sql}");
    }
}
