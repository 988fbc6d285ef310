using Herald.Judging.Traces;

namespace Herald.Judging.Rules;

/// <summary>What operators are told of a world, or have set: bounds, and how long things take that are not Herald's.</summary>
public sealed class Settings
{
    public int Nodes { get; private set; } = 1;

    /// <summary>Attempts in flight of a node.</summary>
    public int Permits { get; private set; } = 1024;

    /// <summary>How often a shard saves how often deliveries have been tried.</summary>
    public long CommitEveryMs { get; private set; } = 200;

    /// <summary>No call to the store takes longer, there and back.</summary>
    public long SlowestCallMs { get; private set; } = 10_000;

    /// <summary>0: the store of one process.</summary>
    public long LeaseMs { get; private set; }

    /// <summary>What a node has made is known to all others so much later, unless something hinders it.</summary>
    public long FollowMs { get; private set; } = 60_000;

    /// <summary>From a fault's end until every shard is served again.</summary>
    public long RecoversMs { get; private set; } = 10_000;
    public int BlockedPerSubscription { get; private set; } = 100_000;
    public int Blocked { get; private set; } = 1_000_000;

    /// <summary>
    /// How far clocks of nodes are apart at most, by any moment so far; and a second, by which a wall clock may part from what goes by
    /// unnoticed.
    /// </summary>
    public long ClocksApartMs => _most - _least + UnnoticedMs;
    private const long UnnoticedMs = 1000;

    /// <summary>Keys that Herald may take for one, by chance.</summary>
    public HashSet<string> AlikeKeys { get; } = [];

    /// <summary>A receiver that works answers within this.</summary>
    public long AnswersWithinMs { get; private set; } = 1000;

    /// <summary>A timer, and whoever has to wait for a processor, is no later than this.</summary>
    public long LateMs { get; private set; } = 500;

    /// <summary>How long an id is held against its event: not longer, and not shorter.</summary>
    public long DuplicateWindowMs { get; private set; } = long.MaxValue;

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
        if (fact.Find("alike") is { Length: > 0 } alike)
            AlikeKeys.UnionWith(alike.Split(','));
    }

    public void OnClock(long aheadMs)
    {
        (_least, _most) = _hasClock ? (Math.Min(_least, aheadMs), Math.Max(_most, aheadMs)) : (aheadMs, aheadMs);
        _hasClock = true;
    }
}
