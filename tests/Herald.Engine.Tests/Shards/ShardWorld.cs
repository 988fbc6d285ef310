using System.Collections.Immutable;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Progress;
using Herald.Engine.Routing;
using Herald.Engine.Sending;
using Herald.Engine.Shards;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Tests.Shards;

/// <summary>
/// One shard machine in a world drawn from a seed: a growing log, failing receivers, grants and results in any order, commits that come
/// late or are lost with the machine, pauses, replays. It checks every step by what a receiver can see. The file has over
/// 400 lines because the moves and the checks share one set of books.
/// </summary>
internal sealed class ShardWorld
{
    private const int Topic = 1;
    private static readonly ShardId Shard = new(0);

    private readonly Random _random;
    private readonly ShardSettings _settings;
    private readonly List<(IndexEntry Entry, string? Kind)> _log = [];
    private readonly Dictionary<int, SubscriptionEntry> _subscriptions = [];
    private readonly Dictionary<(int, ulong), StartAttempt> _inFlight = [];
    private readonly List<StartAttempt> _attempts = [];
    private readonly List<(int Subscription, PermitKind Kind)> _asked = [];
    private readonly HashSet<ulong> _poison = [];

    // The deliveries that receivers saw, and those whose skip is durable, by subscription and generation.
    private readonly Dictionary<(int, int, ulong), long> _lastFirst = [];
    private readonly HashSet<(int, int, long)> _received = [];
    private readonly HashSet<(int, int, long)> _skipped = [];
    private readonly List<byte[]> _durable = [];
    private (byte[] Record, bool Checkpoint, List<Skip> Skips)? _commit;
    private readonly List<Skip> _waitingSkips = [];
    private ShardMachine _machine;
    private CatalogSnapshot _catalog = CatalogSnapshot.Empty;
    private long _now = 1_000_000;
    private readonly bool _damages;
    private bool _healed, _mustReplace;

    /// <param name="damages">Whether stored records can be damaged when they are read.</param>
    public ShardWorld(int seed, bool damages = false)
    {
        _damages = damages;
        _random = new Random(seed);
        _settings = new ShardSettings(2 + _random.Next(6), 1 + _random.Next(4), 1 + _random.Next(6), new BlockedBound(8), 1 + _random.Next(7));
        _machine = new ShardMachine(Shard, _settings, new Random(seed));
        for (var i = 0; i < 6; i++)
            _poison.Add((ulong)_random.Next(12));
        for (var number = 1; number <= 1 + _random.Next(3); number++)
            Change(new SubscriptionEntry(NewSubscription(number), [0], _catalog.Version + 1, [0], [new FilterRevision(1, NewFilter(), [0])]));
    }

    public Dictionary<string, int> Reached { get; } = [];

    public void Run(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            Step();
            Check();
        }
        _healed = true;
        foreach (var entry in _subscriptions.Values.Where(s => s.Subscription.Status != SubscriptionStatus.Active).ToList())
            Change(entry with { Subscription = entry.Subscription with { Status = SubscriptionStatus.Active } });
        for (var i = 0; i < 200_000 && !Settled(); i++)
        {
            _now += 500;
            DrainOnce();
        }
        foreach (var state in _machine.States.Values)
        {
            foreach (var lane in state.Lanes.Values)
                throw new InvalidOperationException($"lane {lane.KeyHash} of {state.Number} did not settle: {lane.State}, {lane.Count} items, from {lane.From}, last seen {lane.LastSeen}, {lane.Mode}, due {lane.DueMs}, now {_now}, at head {state.AtHead}, position {state.Position}, draining {state.Draining}, outstanding {state.Outstanding}");
        }
        foreach (var entry in _subscriptions.Values)
        {
            foreach (var (index, kind) in _log)
            {
                if (!Matches(entry, index, kind))
                    continue;
                var place = (entry.Subscription.Number, entry.Subscription.Generation, index.Sequence);
                if (!_received.Contains(place) && !_skipped.Contains(place))
                    throw new InvalidOperationException($"sequence {index.Sequence} (key {index.KeyHash}) was never settled for {entry.Subscription.Number}, generation {entry.Subscription.Generation}");
            }
        }
    }

    private void Step()
    {
        switch (_random.Next(100))
        {
            case < 22: Append(); break;
            case < 36: ReadHead(); break;
            case < 52: Scan(); break;
            case < 66: Grant(); break;
            case < 84: EndAttempt(); break;
            case < 88: Tick(); break;
            case < 92: BeginCommit(); break;
            case < 96: EndCommit(); break;
            case 96: Crash(); break;
            case 97: Pause(); break;
            case 98: Edit(); break;
            default: Replay(); break;
        }
        Collect();
    }

    private void DrainOnce()
    {
        ReadHead();
        Collect();
        Scan();
        Collect();
        while (_asked.Count > 0)
        {
            Grant();
            Collect();
        }
        while (_attempts.Count > 0)
            EndAttempt();
        Collect();
        Tick();
        BeginCommit();
        EndCommit();
        Collect();
        Check();
    }

    private bool Settled() => _machine.Routed == _log.Count && _machine.States.Count == 0 && _attempts.Count == 0 && _waitingSkips.Count == 0;

    private void Append()
    {
        for (var i = _random.Next(4); i >= 0; i--)
        {
            var key = (ulong)_random.Next(12);
            var entry = new IndexEntry(_log.Count + 1, _now, key, (ulong)_log.Count, UInt128.Zero, Topic, 100, EventFlags.Keyed);
            _log.Add((entry, _random.Next(3) == 0 ? "b" : "a"));
        }
    }

    private void ReadHead() => _machine.OnHead(Route(_machine.Routed + 1, 1 + _random.Next(5)), _now);

    private void Scan()
    {
        if (!_machine.WantsScan(out var from, out var count))
            return;
        Count("scans");
        _machine.OnScan(Route(from, count), _now);
    }

    private RoutedEntry[] Route(long from, int count)
    {
        var routed = new List<RoutedEntry>();
        for (var sequence = from; sequence < from + count && sequence <= _log.Count; sequence++)
        {
            var (entry, kind) = _log[(int)sequence - 1];
            var routes = _subscriptions.Values.OrderBy(s => s.Subscription.Number).SelectMany(
                s => s.Revisions.Where(r => TopicRoutes.Matches(r.Filter, kind, ImmutableDictionary<string, string>.Empty))
                    .Select(r => new Route(s.Subscription.Number, r.Number)));
            routed.Add(new RoutedEntry(entry, [.. routes]));
        }
        return [.. routed];
    }

    private void Grant()
    {
        if (_asked.Count == 0)
            return;
        var i = _random.Next(_asked.Count);
        var (subscription, kind) = _asked[i];
        _asked.RemoveAt(i);
        _machine.OnGrant(subscription, kind, 1, _now);
    }

    private void EndAttempt()
    {
        if (_attempts.Count == 0)
            return;
        var i = _random.Next(_attempts.Count);
        var start = _attempts[i];
        _attempts.RemoveAt(i);
        _inFlight.Remove((start.Subscription, start.KeyHash));
        var fails = !_healed && (_poison.Contains(start.KeyHash) ? _random.Next(10) < 8 : _random.Next(10) == 0);
        if (fails)
        {
            var result = new AttemptResult { Outcome = AttemptOutcome.Failed, Stage = AttemptStage.Response, StatusCode = 500, EndpointTroubled = _random.Next(2) == 0 };
            _machine.OnResult(start.Subscription, start.Generation, start.KeyHash, result, _random.Next(8) > 0, _now);
            return;
        }
        Receive(start);
        _machine.OnResult(start.Subscription, start.Generation, start.KeyHash, AttemptResult.Delivered, true, _now);
    }

    private void Receive(StartAttempt start)
    {
        if (!_received.Add((start.Subscription, start.Generation, start.Item.Sequence)))
        {
            Count("repeats");
            return;
        }
        // After damage, the shard can have lost the record of a skip, and then tries the delivery again.
        if (_damages && _skipped.Contains((start.Subscription, start.Generation, start.Item.Sequence)))
            return;
        var lane = (start.Subscription, start.Generation, start.KeyHash);
        if (_lastFirst.TryGetValue(lane, out var last) && last > start.Item.Sequence)
            throw new InvalidOperationException($"out of order: {start.Item.Sequence} after {last}, key {start.KeyHash}, subscription {start.Subscription}");
        _lastFirst[lane] = start.Item.Sequence;
        // Every earlier event of the key must be settled: received or durably skipped.
        var entry = _subscriptions[start.Subscription];
        if (entry.Subscription.Generation != start.Generation)
            return;
        foreach (var (index, kind) in _log.Take((int)start.Item.Sequence - 1))
        {
            var place = (start.Subscription, start.Generation, index.Sequence);
            if (index.KeyHash == start.KeyHash && Matches(entry, index, kind) && !_received.Contains(place) && !_skipped.Contains(place))
                throw new InvalidOperationException($"{start.Item.Sequence} was sent while {index.Sequence} of key {start.KeyHash} is open, subscription {start.Subscription}");
        }
    }

    private void Tick()
    {
        _now += _random.Next(3000);
        _machine.OnTick(_now);
        if (_random.Next(10) == 0 && _subscriptions.Count > 0)
            _machine.OnEndpointBack(_subscriptions.Keys.First(), _now);
    }

    private void BeginCommit()
    {
        if (_commit is not null || (!_machine.IsDirty && _waitingSkips.Count == 0))
            return;
        var writer = new RecordWriter();
        var checkpoint = _random.Next(5) == 0 || _mustReplace;
        _mustReplace = false;
        _machine.SaveProgress(writer, checkpoint, _now, []);
        _commit = (writer.Take(), checkpoint, [.. _waitingSkips]);
        _waitingSkips.Clear();
    }

    private void EndCommit()
    {
        if (_commit is not { } commit)
            return;
        _commit = null;
        MakeDurable(commit);
        _machine.OnSkipsDurable(commit.Skips);
    }

    private void MakeDurable((byte[] Record, bool Checkpoint, List<Skip> Skips) commit)
    {
        if (commit.Checkpoint)
            _durable.Clear();
        _durable.Add(commit.Record);
        foreach (var skip in commit.Skips)
        {
            Count("skips");
            _skipped.Add((skip.Lane.Owner.Number, skip.Lane.Owner.Generation, skip.Item.Sequence));
        }
    }

    private void Crash()
    {
        Count("crashes");
        Count("crashes with blocked lanes", _machine.States.Values.Any(s => s.Blocked > 0) ? 1 : 0);
        // Attempts and the commit under way at the crash may or may not have arrived, at receivers and in the store.
        foreach (var start in _attempts)
        {
            if (_random.Next(2) == 0)
                Receive(start);
        }
        if (_commit is { } commit && _random.Next(2) == 0)
            MakeDurable(commit);
        _commit = null;
        _attempts.Clear();
        _inFlight.Clear();
        _asked.Clear();
        _waitingSkips.Clear();
        _settings.Blocked.Free(_settings.Blocked.Count);
        if (_damages && _random.Next(2) == 0)
            Damage();
        var saved = SavedProgress.Of(_durable.Select(record => new ReadOnlyMemory<byte>(record)));
        _mustReplace = saved.MustBeReplaced;
        Count("restored from damaged progress", saved.Damage > 0 ? 1 : 0);
        Count("restored with one subscription's progress damaged", saved.DamagedSubscriptions.Count == 1 && !saved.IsCut ? 1 : 0);
        Count("restored with records lost", saved.IsCut ? 1 : 0);
        _machine = new ShardMachine(Shard, _settings, new Random(_random.Next()));
        _machine.Restore(saved, _catalog, 1, _now);
        Collect();
    }

    // Damages a random record: flips a bit, cuts off the end, overwrites all of it, or removes it.
    private void Damage()
    {
        if (_durable.Count == 0)
            return;
        var at = _random.Next(_durable.Count);
        var spoilt = (byte[])_durable[at].Clone();
        switch (_random.Next(8))
        {
            case < 5:
                spoilt[_random.Next(spoilt.Length)] ^= (byte)(1 << _random.Next(8));
                break;
            case 5:
                spoilt = spoilt[.._random.Next(spoilt.Length)];
                break;
            case 6:
                _random.NextBytes(spoilt);
                // The format must not by chance become one without checksums.
                spoilt[0] = 4;
                break;
            case 7 when _durable.Count > 1:
                _durable.RemoveAt(at);
                return;
        }
        _durable[at] = spoilt;
    }

    private void Pause()
    {
        var entry = _subscriptions.Values.ElementAt(_random.Next(_subscriptions.Count));
        var running = entry.Subscription.Status == SubscriptionStatus.Active;
        Change(entry with { Subscription = entry.Subscription with { Status = running ? SubscriptionStatus.Paused : SubscriptionStatus.Active } });
        Count(running ? "pauses" : "resumes");
    }

    private void Edit()
    {
        var entry = _subscriptions.Values.ElementAt(_random.Next(_subscriptions.Count));
        Change(entry with { Revisions = [.. entry.Revisions, new FilterRevision(entry.Revisions.Count + 1, NewFilter(), [_log.Count])] });
        Count("edits");
    }

    private void Replay()
    {
        if (_random.Next(3) > 0)
            return;
        var entry = _subscriptions.Values.ElementAt(_random.Next(_subscriptions.Count));
        Count("replays with attempts in flight", _attempts.Any(a => a.Subscription == entry.Subscription.Number) ? 1 : 0);
        Change(entry with
        {
            Subscription = entry.Subscription with { Generation = entry.Subscription.Generation + 1 },
            Starts = [_random.Next(_log.Count + 1)],
            GenerationVersion = _catalog.Version + 1,
            RewoundAt = [_log.Count],
        });
    }

    private void Change(SubscriptionEntry entry)
    {
        var number = entry.Subscription.Number;
        _subscriptions[number] = entry;
        _catalog = (_catalog with { Version = _catalog.Version + 1, Edition = _catalog.Edition + 1 })
            .WithTopic(entry.Subscription.TopicNumber).With(entry, (ulong)entry.Subscription.Number);
        _machine.OnCatalog(new CatalogUpdate(_catalog, [number], []), _now);
        Collect();
    }

    private void Collect()
    {
        var acts = _machine.Out;
        foreach (var wish in acts.Wishes)
        {
            for (var i = 0; i < wish.Count; i++)
                _asked.Add((wish.State.Number, wish.Kind));
        }
        foreach (var start in acts.Starts)
        {
            if (!_inFlight.TryAdd((start.Subscription, start.KeyHash), start))
                throw new InvalidOperationException($"two attempts in flight for key {start.KeyHash} of {start.Subscription}");
            _attempts.Add(start);
        }
        _waitingSkips.AddRange(acts.Skips);
        acts.Wishes.Clear();
        acts.Starts.Clear();
        acts.Skips.Clear();
        acts.Unused.Clear();
        acts.Gone.Clear();
    }

    private void Check()
    {
        foreach (var state in _machine.States.Values)
        {
            var (attached, detached, outside) = (0, 0, 0);
            foreach (var lane in state.Lanes.Values)
            {
                if (lane.OutsideWindow)
                    outside++;
                else if (lane.Detached)
                    detached += lane.Count;
                else
                    attached += lane.Count;
                if (lane.State == LaneState.Blocked)
                    Count("blocked lanes");
                if (lane.Mode == CatchUpMode.Reading)
                    Count("draining lanes");
            }
            if (state.Outstanding != attached || state.Draining != detached || state.Blocked != outside)
                throw new InvalidOperationException($"counts of {state.Number}: {state.Outstanding}/{attached}, {state.Draining}/{detached}, {state.Blocked}/{outside}");
            if (!state.AtHead)
                Count("behind");
            if (!state.AtHead && state.Blocked > 0)
                Count("behind with blocked lanes");
        }
    }

    private static bool Matches(SubscriptionEntry entry, in IndexEntry index, string? kind)
    {
        var revision = entry.RevisionAt(Shard, index.Sequence);
        return revision > 0 && TopicRoutes.Matches(entry.Revisions[revision - 1].Filter, kind, ImmutableDictionary<string, string>.Empty);
    }

    private Filter NewFilter() => _random.Next(3) switch
    {
        0 => new Filter([new FilterClause(Filter.TypeClause, true, ["a"])]),
        1 => new Filter([new FilterClause(Filter.TypeClause, true, ["b"])]),
        _ => Filter.All,
    };

    private Subscription NewSubscription(int number) => new()
    {
        Id = $"s{number}",
        Number = number,
        Topic = "t",
        TopicNumber = Topic,
        Endpoint = Endpoint.At(new Uri("http://127.0.0.1/")),
        Retry = new RetryPolicy { MaxAttempts = _random.Next(2) == 0 ? null : 2 + _random.Next(4), Waits = new RetryWaits.Exponential(TimeSpan.FromMilliseconds(500), 2, TimeSpan.FromSeconds(5), 0.2) },
        CreatedAt = DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
    };

    private void Count(string what, int by = 1) => Reached[what] = Reached.GetValueOrDefault(what) + by;
}
