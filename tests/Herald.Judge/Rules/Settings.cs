using Herald.Judging.Traces;

namespace Herald.Judging.Rules;

/// <summary>What operators have set, and what holds in this world: bounds, and how long things take that Herald does not control.</summary>
public sealed class Settings
{
    public int Nodes { get; private set; } = 1;

    /// <summary>The most attempts in flight on a node.</summary>
    public int Permits { get; private set; } = 1024;

    /// <summary>How often a shard saves the numbers of attempts.</summary>
    public long CommitEveryMs { get; private set; } = 200;

    /// <summary>The longest call to the store, request and reply together.</summary>
    public long SlowestCallMs { get; private set; } = 10_000;

    /// <summary>The length of a lease. 0: the store of one process, without leases.</summary>
    public long LeaseMs { get; private set; }

    /// <summary>How long it takes until all other nodes know a change that one node made, unless something hinders them.</summary>
    public long FollowMs { get; private set; } = 60_000;

    /// <summary>The time from the end of a fault until every shard is served again.</summary>
    public long RecoversMs { get; private set; } = 10_000;
    public int BlockedPerSubscription { get; private set; } = 100_000;
    public int Blocked { get; private set; } = 1_000_000;

    /// <summary>
    /// The greatest difference between the clocks of nodes so far, plus a second: a wall clock can drift by that much from elapsed time
    /// without being noticed.
    /// </summary>
    public long ClocksApartMs => _most - _least + UnnoticedMs;
    private const long UnnoticedMs = 1000;

    /// <summary>Keys that Herald can take for one, because they share a hash.</summary>
    public HashSet<string> AlikeKeys { get; } = [];

    /// <summary>The longest time in which a receiver that is well answers.</summary>
    public long AnswersWithinMs { get; private set; } = 1000;

    /// <summary>The greatest lateness of timers and of work that waits for a processor.</summary>
    public long LateMs { get; private set; } = 500;

    /// <summary>How long the store remembers an id: neither longer nor shorter.</summary>
    public long DuplicateWindowMs { get; private set; } = long.MaxValue;

    /// <summary>
    /// A commit holds so little that skips wait for later ones. The result that ends a delivery is saved with its skip.
    /// </summary>
    public bool SkipsWait { get; private set; }

    private long _least, _most;
    private bool _hasClock;

    public void Read(Fact fact)
    {
        Nodes = (int)fact.Number("nodes", Nodes);
        Permits = (int)fact.Number("permits", Permits);
        CommitEveryMs = fact.Number("commitEvery", CommitEveryMs);
        SlowestCallMs = fact.Number("slowestCall", SlowestCallMs);
        LeaseMs = fact.Number("lease", LeaseMs);
        FollowMs = fact.Number("follow", FollowMs);
        RecoversMs = fact.Number("recovers", RecoversMs);
        BlockedPerSubscription = (int)fact.Number("blockedPerSubscription", BlockedPerSubscription);
        Blocked = (int)fact.Number("blocked", Blocked);
        AnswersWithinMs = fact.Number("answersWithin", AnswersWithinMs);
        LateMs = fact.Number("late", LateMs);
        DuplicateWindowMs = fact.Number("duplicateWindow", DuplicateWindowMs);
        SkipsWait |= fact.Find("skipsWait") is not null;
        if (fact.Find("alike") is { Length: > 0 } alike)
            AlikeKeys.UnionWith(alike.Split(','));
    }

    public void OnClock(long aheadMs)
    {
        (_least, _most) = _hasClock ? (Math.Min(_least, aheadMs), Math.Max(_most, aheadMs)) : (aheadMs, aheadMs);
        _hasClock = true;
    }
}
