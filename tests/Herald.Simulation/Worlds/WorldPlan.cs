using Herald.Engine.Basics;
using Herald.Engine.Subscriptions;
using Herald.Simulation.Runs;

namespace Herald.Simulation.Worlds;

/// <summary>What a seed draws before anything happens: the size of the world, its bounds, and its faults.</summary>
internal sealed record WorldPlan
{
    public required int Shards { get; init; }

    /// <summary>The length of leases. Null: the store of one process.</summary>
    public required TimeSpan? LeasesLast { get; init; }
    public required int Nodes { get; init; }

    /// <summary>About how long a node stays down.</summary>
    public required int RestartsAfterMs { get; init; }

    /// <summary>
    /// How often a node gets the announcement of a catalog change that it did not make. Worlds with few announcements are a test of
    /// take-overs.
    /// </summary>
    public required double TellsOfCatalog { get; init; }
    public required int Keys { get; init; }
    public required int Subscriptions { get; init; }
    public required EngineOptions Options { get; init; }

    /// <summary>How long the faults last.</summary>
    public required long RoughMs { get; init; }

    /// <summary>About how many publications there are per second.</summary>
    public required int Rate { get; init; }

    /// <summary>Nodes die, are stopped, and are paused.</summary>
    public required bool NodesFail { get; init; }

    /// <summary>Nodes can be started without the channel for some of the endpoints.</summary>
    public required bool ChannelsGo { get; init; }

    /// <summary>
    /// One subscription is allowed more attempts in flight than the node has permits, and its receiver holds each for a minute.
    /// </summary>
    public required bool IsGreedy { get; init; }

    /// <summary>Nodes hold locks at the store for as long as they live. Others need not wait for the leases of an ended node.</summary>
    public required bool HasSessions { get; init; }

    /// <summary>The shortest time between two notes of a shard.</summary>
    public required TimeSpan NoteEvery { get; init; }

    /// <summary>
    /// All receivers are well, except for one key each, which fails throughout and waits long between its attempts. So a long wait of any
    /// other key is a mistake. Null in all other worlds.
    /// </summary>
    public SteadyPlan? Steady { get; init; }

    /// <summary>
    /// How long the store remembers an id. Null: for ever. With a window nothing is forwarded: an observer outside could not tell a forward
    /// from an id that is accepted again.
    /// </summary>
    public TimeSpan? Remembers { get; init; }

    /// <summary>The store is slow, leaves outcomes unknown, and is away.</summary>
    public required bool StoreFails { get; init; }

    /// <summary>
    /// Both topics forward to each other every event that fails once, and one key always fails. So events go round until the limit of hops.
    /// </summary>
    public required bool Circles { get; init; }

    /// <summary>In a world with more than one tenant, each has the same topics, the same subscriptions and the same ids.</summary>
    public IReadOnlyList<TenantId> Tenants { get; private init; } = [default];

    /// <summary>The names of every tenant's topics.</summary>
    public static readonly string[] Topics = ["orders", "more"];

    /// <summary>The full names of all subscriptions.</summary>
    public IEnumerable<string> SubscriptionIds =>
        from tenant in Tenants
        from number in Enumerable.Range(1, Subscriptions)
        select tenant.FullName($"s{number}");

    public static WorldPlan DrawFrom(Simulator simulator) => DrawFrom(simulator, isCluster: simulator.Draw(0.55));

    private static WorldPlan DrawFrom(Simulator simulator, bool isCluster) => Sized(simulator, isCluster, isGreedy: simulator.Draw(0.25));

    /// <summary>
    /// In some worlds a commit brings one event. This draws nothing, so the rest of the world stays as its seed has made it.
    /// </summary>
    public WorldPlan WithSmallCommits() =>
        Options.LeastCheckpointBytes > 800 ? this : this with { Options = Options with { MostCommitBytes = SmallCommit } };

    public bool HasSmallCommits => Options.MostCommitBytes == SmallCommit;

    private const int SmallCommit = 1300;

    /// <summary>
    /// In one world of a fixed number ids are forgotten. This draws nothing, so the rest of the world stays as its seed has made it.
    /// </summary>
    public WorldPlan WithWindow(int seed) => seed % WorldsPerWindow != WhichHasOne || Circles ? this
        : this with { Remembers = TimeSpan.FromMilliseconds(LeastWindowMs + (seed * 7919L % 4000)) };

    /// <summary>
    /// In one world of a fixed number there are two tenants. This draws nothing, so the rest of the world stays as its seed has made it.
    /// </summary>
    public WorldPlan WithTenants(int seed) =>
        seed % WorldsPerTenants != WhichHasTwo || Steady is not null || IsQuiet ? this : this with { Tenants = [default, TenantId.Parse("other")] };

    /// <summary>
    /// In one world of a fixed number each subscription asks for reports. This draws nothing, so the rest of the world stays as its seed has
    /// made it until the first report.
    /// </summary>
    public WorldPlan WithReports(int seed) =>
        seed % WorldsPerReports != WhichReports || Steady is not null || IsQuiet || Circles ? this : this with { HasReports = true };

    public bool HasReports { get; private init; }

    /// <summary>The same for a subscription whenever it is written: what it asked for before would have to be known otherwise.</summary>
    public ReportRequest? ReportsOf(string id, string topic) => !HasReports ? null
        : new(Topics.First(other => other != topic), id[^1] % 3 == 0 ? ReportKinds.Ends & ~ReportKinds.Delivered : ReportKinds.Ends);

    /// <summary>
    /// Nothing happens that would excuse a loss. Operators change nothing, and receivers are well except for one key each, whose events
    /// soon become dead letters.
    /// </summary>
    public WorldPlan Quiet() => this with { IsQuiet = true, Steady = null, Circles = false, IsGreedy = false, ChannelsGo = false, Remembers = null };

    public bool IsQuiet { get; private init; }

    private const int WorldsPerReports = 7, WhichReports = 5;
    private const int WorldsPerTenants = 5, WhichHasTwo = 4;
    private const int WorldsPerWindow = 11, WhichHasOne = 7, LeastWindowMs = 500;

    private static WorldPlan Sized(Simulator simulator, bool isCluster, bool isGreedy) => new()
    {
        Shards = simulator.Draw(1, isCluster ? 3 : 2),
        LeasesLast = isCluster ? TimeSpan.FromMilliseconds(simulator.Draw(1200, 3000)) : null,
        Nodes = isCluster ? simulator.Draw(1, 3) : 1,
        RestartsAfterMs = isCluster && simulator.Draw(0.5) ? 2000 : 100,
        TellsOfCatalog = simulator.Draw(0.3) ? 0.02 : 0.7,
        Keys = simulator.Draw(1, 6),
        Subscriptions = simulator.Draw(1, 4),
        RoughMs = simulator.Draw(4_000, 20_000),
        Rate = simulator.Draw(2, 20),
        NodesFail = simulator.Draw(0.75),
        StoreFails = simulator.Draw(0.6),
        ChannelsGo = simulator.Draw(0.4),
        Circles = simulator.Draw(0.08),
        IsGreedy = isGreedy,
        HasSessions = simulator.Draw(0.7),
        NoteEvery = TimeSpan.FromMilliseconds(simulator.Draw(0.7) ? simulator.Draw(2, 20) : simulator.Draw(20, 300)),
        Options = new EngineOptions
        {
            Intake = new IntakeOptions { MaxPayloadBytes = 1000 },
            MaxInFlight = isGreedy ? simulator.Draw(4, 8) : simulator.Draw(1, 6),
            Window = simulator.Draw(2, 5),
            LaneWindow = simulator.Draw(1, 3),
            MaxBlockedPerSubscription = simulator.Draw(1, 3),
            MaxBlocked = simulator.Draw(2, 6),
            MaxBytesInFlight = isGreedy ? simulator.Draw(2000, 4000) : simulator.Draw(200, 800),
            CommitEvery = TimeSpan.FromMilliseconds(simulator.Draw(10, 300)),
            StateCache = 400,
            LeastCheckpointBytes = simulator.Draw(50, 2000),
            Handover = TimeSpan.FromMilliseconds(simulator.Draw(20, 1000)),
            Grace = TimeSpan.FromMilliseconds(simulator.Draw(100, 3000)),
            CatalogCache = simulator.Draw(0.6) ? 1 : 1000,
            CatalogKeep = TimeSpan.FromMilliseconds(simulator.Draw(0.8) ? 0 : 2000),
            MostKept = simulator.Draw(0, 6),
            KeptNear = simulator.Draw(0, 6),
        },
    };

    public Filter DrawFilter(Simulator simulator)
    {
        if (IsQuiet)
            return Filter.All;
        var clauses = new List<FilterClause>();
        if (simulator.Draw(0.4))
            clauses.Add(new FilterClause(Filter.TypeClause, true, [simulator.Draw(EventMaker.Types)]));
        if (simulator.Draw(0.3))
            clauses.Add(new FilterClause(EventMaker.Attribute, false, simulator.Draw(0.5) ? EventMaker.Colors : [simulator.Draw(EventMaker.Colors)]));
        return clauses.Count == 0 ? Filter.All : new Filter([.. clauses.OrderBy(c => c.Attribute, StringComparer.Ordinal)]);
    }

    public RetryPolicy DrawPolicy(Simulator simulator, string topic)
    {
        if (Steady is { } steady)
            return steady.DrawPolicy(simulator);
        if (IsQuiet)
            return new RetryPolicy { Waits = new RetryWaits.Schedule([TimeSpan.FromMilliseconds(50)], 0), MaxAttempts = 3, MaxAge = TimeSpan.FromDays(1), OnExhausted = OnExhausted.DeadLetter };
        var exhausted = Circles ? OnExhausted.Forward : simulator.Draw<OnExhausted>([OnExhausted.DeadLetter, OnExhausted.Hold, OnExhausted.Forward]);
        if (exhausted == OnExhausted.Forward && Remembers is not null)
            exhausted = OnExhausted.DeadLetter;
        return new RetryPolicy
        {
            Waits = simulator.Draw(0.5)
                ? new RetryWaits.Exponential(TimeSpan.FromMilliseconds(50), 2, TimeSpan.FromSeconds(2), 0.2) { First = DrawFirst(simulator) }
                : new RetryWaits.Schedule([TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(1)], 0),
            MaxAttempts = Circles ? 1 : simulator.Draw(0.6) ? simulator.Draw(1, 5) : null,
            MaxAge = simulator.Draw(0.5) ? TimeSpan.FromSeconds(simulator.Draw(1, 10)) : TimeSpan.FromDays(1),
            Ttl = simulator.Draw(0.15) ? TimeSpan.FromSeconds(simulator.Draw(1, 6)) : null,
            OnExhausted = exhausted,
            ForwardTo = exhausted == OnExhausted.Forward ? Topics.First(other => other != topic) : null,
        };
    }

    private static TimeSpan[] DrawFirst(Simulator simulator) => simulator.Draw(0.5) ? [TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(20)] : [];
}
