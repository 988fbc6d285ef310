using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Inspection;
using Herald.Engine.Progress;
using Herald.Engine.Routing;
using Herald.Engine.Sending;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Tests.Shards;

/// <summary>
/// One shard and one subscription, driven step by step. Tests name events by their sequence: the first published one is 1. Permits are
/// granted as soon as the shard asks for them. The scan, commits and time advance only when the test says so.
/// </summary>
internal sealed class ShardScene
{
    private static readonly ShardId Shard = new(0);
    private readonly List<IndexEntry> _log = [];
    private readonly ShardSettings _settings;
    private readonly List<Skip> _skips = [];
    private readonly List<byte[]> _durable = [];
    private ShardMachine _machine;
    private CatalogSnapshot _catalog = CatalogSnapshot.Empty;
    private SubscriptionEntry _entry;

    // The time of the process, and how far the wall clock is ahead of it, in milliseconds.
    private long _now = 1_000_000, _ahead;

    public ShardScene(int window = 100, int laneWindow = 100, int maxBlocked = 100, RetryPolicy? retry = null, int mostKept = 1000, int keptNear = 3)
    {
        _settings = new ShardSettings(window, laneWindow, maxBlocked, new BlockedBound(1000), MostKept: mostKept, KeptNear: keptNear);
        _machine = new ShardMachine(Shard, _settings, new Random(1));
        _entry = SubscriptionEntries.Plain(1, retry ?? new RetryPolicy { Waits = new RetryWaits.Schedule([TimeSpan.FromSeconds(1)], 0) });
        Change(_entry);
    }

    /// <summary>Every started attempt, in order. A delivery appears once for each attempt.</summary>
    public List<long> Started { get; } = [];

    public List<StartAttempt> InFlight { get; } = [];
    public IEnumerable<(long Sequence, SkipKind Kind)> WaitingSkips => _skips.Select(s => (s.Item.Sequence, s.Kind));
    public SubscriptionState? State => _machine.States.GetValueOrDefault(1);

    /// <summary>The sequence of the last published event.</summary>
    public long Last => _log.Count;

    /// <summary>Events with these keys reach the head of the log, and the shard takes them.</summary>
    public void Publish(params string[] keys)
    {
        var from = _log.Count + 1;
        foreach (var key in keys)
            _log.Add(new IndexEntry(_log.Count + 1, _now + _ahead, StableHash.Of(key, 0), 0, 0, 1, 10, EventFlags.Keyed));
        _machine.OnHead(Routed(from, keys.Length), _now);
        Collect();
    }

    public void Deliver(params long[] sequences)
    {
        foreach (var sequence in sequences)
            End(sequence, AttemptResult.Delivered);
    }

    public void Fail(long sequence) => End(sequence, new AttemptResult { Outcome = AttemptOutcome.Failed, Stage = AttemptStage.Response, StatusCode = 500 });

    /// <summary>The attempt fails, and the message is worthless from this long after now by the wall clock.</summary>
    public void FailLate(long sequence, TimeSpan worthFor) => End(sequence, new AttemptResult
    {
        Outcome = AttemptOutcome.Failed,
        Stage = AttemptStage.Response,
        NotAfterMs = _now + _ahead + (long)worthFor.TotalMilliseconds,
    });

    public void Expire(long sequence) => End(sequence, new AttemptResult { Outcome = AttemptOutcome.Expired, Stage = AttemptStage.Guard });

    public void Reject(long sequence) => End(sequence, new AttemptResult { Outcome = AttemptOutcome.Rejected, Stage = AttemptStage.Guard });

    public void Pass(TimeSpan time)
    {
        _now += (long)time.TotalMilliseconds;
        _machine.OnTick(_now);
        Collect();
    }

    /// <summary>Sets the wall clock back or forward. No time passes.</summary>
    public void SetClock(TimeSpan by) => _machine.WallAheadMs = _ahead += (long)by.TotalMilliseconds;

    /// <summary>Lets the scan read until nothing is left to read.</summary>
    public void Scan()
    {
        for (var i = 0; _machine.WantsScan(out var from, out var count); i++)
        {
            if (i > 1000)
                throw new InvalidOperationException("the scan does not come to an end");
            _machine.OnScan(Routed(from, count), _now);
            Collect();
        }
    }

    /// <summary>Lets the scan read one event.</summary>
    public void ScanOne()
    {
        if (!_machine.WantsScan(out var from, out _))
            throw new InvalidOperationException("there is nothing to read");
        _machine.OnScan(Routed(from, 1), _now);
        Collect();
    }

    /// <summary>Makes durable only what has been settled.</summary>
    public void Note()
    {
        var writer = new RecordWriter();
        _machine.SaveSettled(writer);
        _durable.Add(writer.Take());
    }

    /// <summary>Makes durable what waits to be saved.</summary>
    public void Commit()
    {
        Save([]);
        var skips = _skips.ToArray();
        _skips.Clear();
        _machine.OnSkipsDurable(skips);
        Collect();
    }

    /// <summary>Makes durable what waits to be saved, except for the skips. They are left for a later commit.</summary>
    public void CommitWithoutSkips() => Save(_skips);

    /// <summary>The process ends without saving. The next owner starts from what is durable.</summary>
    public void Restart()
    {
        InFlight.Clear();
        _skips.Clear();
        Started.Clear();
        // A process begins with the time of the wall clock.
        (_now, _ahead) = (_now + _ahead, 0);
        _settings.Blocked.Free(_settings.Blocked.Count);
        var saved = Saved();
        _machine = new ShardMachine(Shard, _settings, new Random(1));
        _machine.Restore(saved, _catalog, 1, _now);
        Collect();
        _machine.OnHead(Routed((int)_machine.Routed + 1, _log.Count), _now);
        Collect();
    }

    public bool Release(long sequence, bool discard)
    {
        var released = _machine.OnRelease(1, sequence, discard);
        Collect();
        return released;
    }

    public void Pause() => Change(_entry with { Subscription = _entry.Subscription with { Status = SubscriptionStatus.Paused } });

    public void Resume() => Change(_entry with { Subscription = _entry.Subscription with { Status = SubscriptionStatus.Active } });

    /// <summary>Changes the endpoint.</summary>
    public void Move() => Change(_entry with { Subscription = _entry.Subscription with { EndpointRevision = _entry.Subscription.EndpointRevision + 1 } });

    public void Replay(long from) => Change(_entry with
    {
        Subscription = _entry.Subscription with { Generation = _entry.Subscription.Generation + 1 },
        Starts = [from - 1],
        GenerationVersion = _catalog.Version + 1,
        RewoundAt = [_log.Count],
    });

    /// <summary>What the running shard reports.</summary>
    public SubscriptionView LookLive() => new LiveShard(_machine).Of(_entry);

    /// <summary>What the running shard reports about a subscription that it does not know yet.</summary>
    public SubscriptionView LookLive(SubscriptionEntry unheard) => new LiveShard(_machine).Of(unheard);

    /// <summary>What the saved progress reports.</summary>
    public SubscriptionView LookSaved() => new SavedShard(Shard, Saved()).Of(_entry);

    public IndexEntry EntryOf(long sequence) => _log[(int)sequence - 1];

    /// <summary>
    /// What a commit tells retention: the sequence below which everything is settled, and the kept keys, each with its first sequence.
    /// </summary>
    public (long Below, (long From, ulong Key)[] Kept) Settled(long most = long.MaxValue)
    {
        var kept = new Dictionary<ulong, long>();
        var below = _machine.SettledBelow(most, kept);
        return (below, [.. kept.Select(k => (k.Value, k.Key)).Order()]);
    }

    public static ulong KeyOf(string key) => StableHash.Of(key, 0);

    private void Save(IEnumerable<Skip> skipsLeft)
    {
        var writer = new RecordWriter();
        _machine.SaveProgress(writer, checkpoint: false, _now, skipsLeft);
        _durable.Add(writer.Take());
    }

    private SavedProgress Saved()
    {
        var saved = new SavedProgress();
        foreach (var record in _durable)
            saved.Apply(record);
        return saved;
    }

    private void Change(SubscriptionEntry entry)
    {
        _entry = entry;
        _catalog = (_catalog with { Version = _catalog.Version + 1, Edition = _catalog.Edition + 1 })
            .WithTopic(entry.Subscription.TopicNumber).With(entry, (ulong)entry.Subscription.Number);
        _machine.OnCatalog(new CatalogUpdate(_catalog, [1], []), _now);
        Collect();
    }

    private void End(long sequence, AttemptResult result)
    {
        var start = InFlight.First(s => s.Item.Sequence == sequence);
        InFlight.Remove(start);
        _machine.OnResult(1, start.Generation, start.KeyHash, result, true, _now);
        Collect();
    }

    private RoutedEntry[] Routed(long from, int count) =>
        [.. _log.Skip((int)from - 1).Take(count).Select(entry => new RoutedEntry(entry, [new Route(1, 1)]))];

    private void Collect()
    {
        var acts = _machine.Out;
        while (acts.Wishes.Count > 0)
        {
            var wishes = acts.Wishes.ToArray();
            acts.Wishes.Clear();
            foreach (var wish in wishes)
                _machine.OnGrant(wish.State.Number, wish.Kind, wish.Count, _now);
        }
        Started.AddRange(acts.Starts.Select(s => s.Item.Sequence));
        InFlight.AddRange(acts.Starts);
        _skips.AddRange(acts.Skips);
        acts.Starts.Clear();
        acts.Skips.Clear();
        acts.Unused.Clear();
    }
}
