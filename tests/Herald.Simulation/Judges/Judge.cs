using System.Diagnostics;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Progress;
using Herald.Engine.Publishing;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Simulation.Runs;
using Herald.Simulation.Stores;
using Herald.Simulation.Worlds;

namespace Herald.Simulation.Judges;

/// <summary>
/// Knows what was accepted and for which subscription, and sees every attempt, every acknowledgement and everything that becomes durable.
/// Throws a <see cref="Violation"/> in the step that breaks a promise. The numbers are those of the invariants in ARCHITECTURE.md. The file
/// has over 400 lines because all promises are judged against one set of books, and a part of the judge would need most of them.
/// </summary>
internal sealed partial class Judge(Simulator simulator, int shards) : IStoreWatcher
{
    private readonly List<AcceptedEvent>[] _log = [.. Enumerable.Range(0, shards).Select(_ => new List<AcceptedEvent>())];
    private readonly long[] _first = [.. Enumerable.Repeat(1L, shards)];

    // Freed sequences. Below _first, _kept holds by key the first sequence that the owner still needs.
    private readonly HashSet<long>[] _freed = [.. Enumerable.Range(0, shards).Select(_ => new HashSet<long>())];
    private readonly Dictionary<ulong, long>[] _kept = [.. Enumerable.Range(0, shards).Select(_ => new Dictionary<ulong, long>())];
    private readonly Dictionary<(int Number, int Generation), SubscriptionModel> _models = [];
    private readonly Dictionary<string, SubscriptionModel> _latest = [];
    private readonly long[] _committedWith = new long[shards];
    private readonly HashSet<DeadLetterId> _letters = [];
    private readonly Dictionary<string, string> _messageIds = [], _origins = [];

    // Events that the commit under judgement forwards and for which no skip has been found yet.
    private readonly List<(EventView View, string Topic)> _forwards = [];

    // The full names of all topics by their numbers.
    private readonly Dictionary<int, string> _topics = [];

    // By subscription: the version that all nodes are known to follow.
    private readonly Dictionary<int, long> _followed = [];

    // The keys of each hash. Two keys can share one.
    private readonly Dictionary<ulong, HashSet<string>> _keys = [];

    public IEnumerable<SubscriptionModel> Living => _latest.Values.Where(model => model.Lives);
    public IEnumerable<SubscriptionModel> All => _models.Values;
    /// <summary>The last sequence of each shard.</summary>
    public IReadOnlyList<long> Heads => [.. _log.Select(log => log.Count > 0 ? log[^1].Sequence : 0)];

    public int AcceptedCount => _log.Sum(log => log.Count);
    public long LastOf(int shard) => _log[shard].Count;
    public AcceptedEvent EventOf(int shard, long sequence) => _log[shard][(int)sequence - 1];
    public SubscriptionModel? Find(int number, int generation) => _models.GetValueOrDefault((number, generation));
    public SubscriptionModel? Latest(string id) => _latest.GetValueOrDefault(id) is { Lives: true } model ? model : null;

    /// <summary>Two keys share this hash, and so share a lane.</summary>
    public bool IsShared(ulong keyHash) => _keys.GetValueOrDefault(keyHash) is { Count: > 1 };

    /// <summary>
    /// What the store is to lose. This judge excuses it; the outside judge, which cannot look into the store, must notice it.
    /// </summary>
    public StoreLoss? Excused { get; init; }

    public ReportCheck Reports { get; } = new(simulator);

    /// <summary>Called for each event that an application has made, and for each report.</summary>
    public Action<ShardId, StoredEvent>? Made { get; init; }

    /// <summary>The dead letter exists, or existed once.</summary>
    public bool HasLetter(DeadLetterId id) => _letters.Contains(id);

    /// <summary>The starts that operators are about to ask for. The catalog change that follows must have one of them.</summary>
    public Dictionary<string, List<Intent>> Intents { get; } = [];

    // ---- What becomes durable ----

    public void OnAccepted(ShardId shard, StoredEvent accepted)
    {
        var log = _log[shard.Value];
        if (accepted.Entry.Sequence != log.Count + 1)
            throw new Violation($"7: sequence {accepted.Entry.Sequence} follows {log.Count} in shard {shard}");
        var known = AcceptedEvent.Of(accepted, _topics[accepted.Entry.Topic], simulator.NowMs);
        log.Add(known);
        if (!_keys.TryGetValue(known.KeyHash, out var keys))
            _keys[known.KeyHash] = keys = [];
        keys.Add(known.Key);
        foreach (var model in Living)
            Expect(model, shard.Value, known);
        if (new EventView(accepted.Record) is var made && (Tally.IsMade(made) || ReportCheck.IsReport(made)))
            Made?.Invoke(shard, accepted);
        if (simulator.Traces)
            simulator.Trace($"accepted: sequence {known.Sequence} of shard {shard}, key {known.Key}");
    }

    public void OnCatalog(CatalogRecord record)
    {
        if (record.Kind == CatalogCodec.TopicKind)
            _topics[record.Number] = record.Id;
        if (record.Kind != CatalogCodec.SubscriptionKind)
            return;
        var before = Latest(record.Id);
        if (record.Body is null)
        {
            if (before is not null)
                before.EndVersion = record.Version;
            simulator.Reached.Count("subscriptions deleted");
            return;
        }
        var entry = CatalogCodec.DecodeSubscription(record);
        var subscription = entry.Subscription;
        if (simulator.Traces)
            simulator.Trace($"catalog {record.Version}: {record.Id} ({subscription.Number}), generation {subscription.Generation}, {subscription.Status}, after {string.Join(", ", entry.Starts)}, heads {string.Join(", ", record.Heads)}, {subscription.Retry.OnExhausted}");
        if (before is not null && before.Generation == subscription.Generation && before.Number == subscription.Number)
        {
            before.Change(subscription, record.Version, record.Heads);
            before.LastProgressMs = simulator.NowMs;
            return;
        }
        if (before is not null)
            before.EndVersion = record.Version;
        var model = new SubscriptionModel(subscription, [.. entry.Starts], record.Version) { LastProgressMs = simulator.NowMs };
        CheckStart(model, record);
        _models.Add((model.Number, model.Generation), model);
        _latest[record.Id] = model;
        for (var shard = 0; shard < shards; shard++)
        {
            foreach (var accepted in _log[shard].Where(accepted => !_freed[shard].Contains(accepted.Sequence)))
                Expect(model, shard, accepted);
        }
    }

    public void OnCommit(ShardCommit commit, IReadOnlyList<Appended> emitted)
    {
        var shard = commit.Fence.Shard.Value;
        if (emitted.Any(one => one.Verdict != Verdict.Accepted))
            throw new Violation($"3: an event that commit {commit.Number} of shard {shard} has made is not in the log: {string.Join(", ", emitted)}");
        if (commit.Fence.Epoch != _owners[shard].Epoch)
            throw new Violation($"9: epoch {commit.Fence.Epoch} commits in shard {shard}, whose epoch is {_owners[shard].Epoch}");
        foreach (var letter in commit.DeadLetters)
        {
            if (!_letters.Add(letter.Id))
                throw new Violation($"11: a second dead letter for sequence {letter.Id.Sequence} of subscription {letter.Id.Subscription}, generation {letter.Id.Generation}");
        }
        if (commit.IsCheckpoint)
            simulator.Reached.Count("checkpoints");
        OnSaved(commit.Fence, commit.Number);
        var record = new RecordReader(commit.Progress.Span);
        if (!ProgressRecord.TryReadHead(ref record, record.Byte(), out var reader))
            throw new Violation($"9: what commit {commit.Number} of shard {shard} saves cannot be read");
        var saved = ProgressHead.Read(ref reader);
        CheckSavedAttempts(commit, saved, ref record);
        _forwards.AddRange(commit.Emitted.Select(one => (new EventView(one.Record), _topics[one.Index.Topic])).Where(one => !Tally.IsMade(one.Item1) && !ReportCheck.IsReport(one.Item1)));
        foreach (var skip in SkipsOf(commit))
            OnSkipped(commit, shard, skip, saved.CatalogVersion);
        Reports.OnCommit(commit, Find, sequence => EventOf(shard, sequence), topic => _topics[topic], sequence => IsFreed(shard, sequence));
        if (_forwards.Count > 0)
            throw new Violation($"3: commit {commit.Number} of shard {shard} forwards {_forwards.Count} events more than it has given up");
        if (simulator.Traces)
            simulator.Trace($"commit {commit.Number} of epoch {commit.Fence.Epoch}, shard {shard}, {(commit.IsCheckpoint ? "a checkpoint" : "a record")}");
        Keep(commit, _kept[shard]);
        CheckSettledBelow(commit, shard, saved.CatalogVersion);
        _committedWith[shard] = saved.CatalogVersion;
    }

    public void OnTrimmed(ShardId shard, long first, IReadOnlySet<long> freed)
    {
        if (freed.Any(sequence => sequence < _first[shard.Value]))
            simulator.Reached.Count("events of keys that waited freed");
        _first[shard.Value] = first;
        _freed[shard.Value].UnionWith(freed);
        if (simulator.Traces)
            simulator.Trace($"shard {shard} is trimmed to {first}: {string.Join(", ", freed.Order())}");
        foreach (var model in _models.Values)
        {
            foreach (var ((at, _), lane) in model.Lanes)
            {
                foreach (var sequence in at == shard.Value ? lane.Open.Where(freed.Contains).ToList() : [])
                {
                    simulator.Reached.Count("deliveries that expired with the log");
                    lane.Skipped.Add(sequence);
                    lane.Open.Remove(sequence);
                }
            }
        }
    }

    /// <summary>Whether retention has freed an event.</summary>
    public bool IsFreed(int shard, long sequence) => _freed[shard].Contains(sequence);

    // ---- What is sent, and received ----

    /// <summary>An operator got the answer that no attempt begins any more with an older version of the subscription.</summary>
    public void OnFollowed(Subscription subscription) =>
        _followed[subscription.Number] = Math.Max(subscription.Version, _followed.GetValueOrDefault(subscription.Number));

    /// <summary>An attempt begins.</summary>
    public Delivery OnStart(NodeView node, in Attempt attempt)
    {
        var subscription = attempt.Subscription;
        var model = Find(subscription.Number, subscription.Generation)
            ?? throw new Violation($"4: an attempt for subscription {subscription.Number}, generation {subscription.Generation}, which never was");
        if (subscription.Version < _followed.GetValueOrDefault(subscription.Number))
            throw new Violation($"18: an attempt with version {subscription.Version} of {subscription.Id}, though all nodes were said to follow {_followed[subscription.Number]}");
        var delivery = Identify(node, model, attempt);
        var (lane, sequence, shard) = (delivery.Lane, delivery.Sequence, delivery.Shard);
        if (!lane.Matches.Contains(sequence))
            throw new Violation($"4: sent, though it is not meant for it: {delivery}");
        if (lane.GivenUp.Contains(sequence) && !MayBeLate(node, delivery))
            throw new Violation($"3: sent after it was given up: {delivery}");
        if (lane.Open.Count > 0 && lane.Open.Min < sequence)
            throw new Violation($"1: sent while {lane.Open.Min} is open: {delivery}");
        CheckLease(node, delivery);
        if (!node.InFlight.TryAdd((model.Number, shard, lane.Key), delivery.Epoch))
            throw new Violation($"10: a second attempt in flight: {delivery}");
        CheckIsCurrent(node, model, subscription, delivery);
        CheckNumber(node, attempt, delivery);
        lane.Tried.Add(sequence);
        _begun[(model.Number, shard, sequence)] = _begun.GetValueOrDefault((model.Number, shard, sequence)) + 1;
        if (node.Heard.Contains((model, shard, sequence, delivery.Epoch)))
            throw new Violation($"14: sent again after its success was known: {delivery}");
        if (_saved.Contains((model, shard, sequence)) && !MayBeLate(node, delivery))
            throw new Violation($"14: sent again though its success was saved: {delivery}");
        if (node.InFlight.Keys.Count(one => one.Subscription == model.Number) > subscription.Limits.MaxInFlight)
            throw new Violation($"12: more than {subscription.Limits.MaxInFlight} attempts in flight: {delivery}");
        var origin = OriginOf(model, shard, sequence);
        if (!_origins.TryAdd(attempt.MessageId, origin) && _origins[attempt.MessageId] != origin)
            throw new Violation($"14: the message id is another event's, {_origins[attempt.MessageId]}: {delivery}");
        if (!_messageIds.TryAdd(origin, attempt.MessageId) && _messageIds[origin] != attempt.MessageId)
            throw new Violation($"14: the message id has changed: {delivery}");
        if (sequence < _first[shard])
            simulator.Reached.Count("attempts at what was kept apart from the log");
        if (simulator.Traces)
            simulator.Trace($"attempt {attempt.Number}: {delivery}");
        return delivery;
    }

    /// <param name="result">Null when the attempt was given up: its outcome is unknown.</param>
    public void OnEnded(NodeView node, Delivery delivery, AttemptResult? result)
    {
        var heard = result?.Outcome;
        bool? delivered = heard is null ? null : heard == AttemptOutcome.Delivered;
        delivery.Model.HasBeenGone |= heard == AttemptOutcome.EndpointGone;
        if (simulator.Traces)
            simulator.Trace($"ended, {(delivered switch { null => "given up", true => "delivered", _ => "failed" })}: {delivery}");
        var place = (delivery.Model, delivery.Shard, delivery.Sequence, delivery.Epoch);
        node.InFlight.Remove((delivery.Model.Number, delivery.Shard, delivery.Lane.Key));
        if (heard == AttemptOutcome.Expired || result?.NotAfterMs < simulator.NowMs + node.Process.SkewMs - ClocksDifferMs)
            node.Lapsed[place] = node.Process.SkewMs;
        else
            node.Lapsed.Remove(place); // An operator has released the key since, so this result counts alone.
        if (delivered == true)
            node.OnHeard(delivery);
        if (delivered is not null)
            return;
        node.Attempts[place]--; // the attempt does not count
        simulator.Reached.Count(node.Holds(delivery.Shard) ? "attempts given up in a handover or a stop" : "attempts given up because their lease ran out");
    }

    /// <summary>The receiver acknowledges the event. The sender need not learn of it.</summary>
    public void OnAcknowledged(Delivery delivery)
    {
        var (lane, sequence) = (delivery.Lane, delivery.Sequence);
        lane.Open.Remove(sequence);
        delivery.Model.LastProgressMs = simulator.NowMs;
        if (!lane.Acknowledged.Add(sequence))
        {
            simulator.Reached.Count("repeats");
            return;
        }
        if (sequence < lane.LastFirstReceipt && !lane.Skipped.Contains(sequence))
            throw new Violation($"2: first received after {lane.LastFirstReceipt}: {delivery}");
        lane.LastFirstReceipt = Math.Max(lane.LastFirstReceipt, sequence);
        if (simulator.Traces)
            simulator.Trace($"acknowledged: {delivery}");
    }

    /// <summary>The answer to a publisher must be true.</summary>
    public void OnAnswered(ShardId shard, Appended answer, string payload)
    {
        simulator.Reached.Count($"published: {answer.Verdict}");
        if (answer.Verdict == Verdict.NoRoom || Excused?.OnAnswered(shard, answer, payload) == true)
            return;
        if (answer.Sequence < 1 || answer.Sequence > _log[shard.Value].Count)
            throw new Violation($"8: answered {answer.Verdict} with sequence {answer.Sequence}, which is not durable");
        var same = EventOf(shard.Value, answer.Sequence).Payload == payload;
        if (same == (answer.Verdict == Verdict.Conflict))
            throw new Violation($"8: answered {answer.Verdict} with sequence {answer.Sequence}, which holds {(same ? "the same" : "something else")}");
    }

    /// <summary>A node gives up a delivery because of its age. The age counts elapsed time, whatever any clock shows.</summary>
    public void OnGivingUp(NodeView node, ShardCommit commit)
    {
        foreach (var letter in commit.DeadLetters.Where(letter => letter.Reason.Reason == Engine.Retrying.RetryDecision.AgeExhausted))
        {
            var (id, shard) = (letter.Id, letter.Id.Shard.Value);
            if (Find(id.Subscription, id.Generation) is not { } model || !node.FirstAttempts.TryGetValue((model, shard, id.Sequence, commit.Fence.Epoch), out var firstAt))
                continue;
            simulator.Reached.Count("given up by age, in one life");
            // LeastAgeMs allows for the wait that would have followed, and for every policy the subscription ever had.
            var (age, least) = (node.Process.Timestamp - firstAt, model.LeastAgeMs);
            if (age < least)
                throw new Violation($"13: given up by age {age} ms after its first attempt, though no policy gave it less than {least} ms: sequence {id.Sequence} of shard {shard}, {model}");
        }
    }

    public void OnRepeated(ShardCommit commit) => simulator.Reached.Count("commits sent again and recognised");

    /// <summary>A subscription whose receiver is well makes progress, whatever happens beside it.</summary>
    public void CheckIsServed(SubscriptionModel model, long undisturbedSinceMs, long withinMs)
    {
        var waits = model.Lanes.Where(lane => lane.Value.Open.Count > 0).Select(lane => EventOf(lane.Key.Shard, lane.Value.Open.Min).AtMs);
        var since = Math.Max(undisturbedSinceMs, Math.Max(model.LastProgressMs, waits.DefaultIfEmpty(long.MaxValue).Min()));
        if (simulator.NowMs - withinMs > since)
            throw new Violation($"16: nothing has been delivered for {simulator.NowMs - since} ms, though the receiver is well: {model}");
    }

    /// <summary>No delivery is open any more.</summary>
    public bool IsSettled => Living.All(model => model.Lanes.Values.All(lane => lane.Open.Count == 0));

    public string DescribeOpen() => string.Join("; ", Living.SelectMany(model => model.Lanes.Values.Where(lane => lane.Open.Count > 0)
        .Select(lane => $"{model}: key {lane.Key}: {string.Join(", ", lane.Open.Take(5))}")).Take(8));

    /// <summary>Messages that were no events and that have no dead letter.</summary>
    public IEnumerable<(int Shard, long Sequence)> Untold() =>
        from shard in Enumerable.Range(0, shards)
        from accepted in _log[shard]
        where (new EventView(accepted.Record).Flags & EventFlags.Rejected) != 0 && !_letters.Contains(new(new ShardId(shard), 0, 0, accepted.Sequence))
        select (shard, accepted.Sequence);

    private void Expect(SubscriptionModel model, int shard, AcceptedEvent accepted)
    {
        if (!model.Matches(shard, accepted) || (new EventView(accepted.Record).Flags & EventFlags.Rejected) != 0)
            return;
        var lane = model.LaneOf(shard, accepted);
        lane.Matches.Add(accepted.Sequence);
        lane.Open.Add(accepted.Sequence);
    }

    private void CheckStart(SubscriptionModel model, CatalogRecord record)
    {
        var intents = Intents.GetValueOrDefault(record.Id, []);
        if (!intents.Any(intent => Enumerable.Range(0, shards).All(shard => IsAsked(intent, model.Starts[shard], shard, record.Heads[shard]))))
            throw new Violation($"4: {model} begins after {string.Join(", ", model.Starts)}, at heads {string.Join(", ", record.Heads)}, asked for was: {string.Join(", ", intents.Select(intent => intent.From))}");
    }

    private bool IsAsked(Intent intent, long start, int shard, long head) => intent.From switch
    {
        StartFrom.Now => start == head,
        // At most at the head of the moment at which it was looked up: nothing that is accepted later may be left out.
        StartFrom.Sequence sequence => start >= Math.Max(0, Math.Min(sequence.At - 1, intent.Heads[shard]))
            && start <= Math.Max(0, Math.Min(sequence.At - 1, head)),
        StartFrom.Earliest => start >= 0 && start < _first[shard], // the first one kept at the time of the request
        StartFrom.Time or _ => throw new UnreachableException($"{intent.From}: operators here know no time of a log"),
    };

    private Delivery Identify(NodeView node, SubscriptionModel model, in Attempt attempt)
    {
        Delivery? found = null;
        for (var shard = 0; shard < shards; shard++)
        {
            if (attempt.Sequence < 1 || attempt.Sequence > _log[shard].Count
                || EventOf(shard, attempt.Sequence) is not { } accepted || !attempt.Event.Record.Span.SequenceEqual(accepted.Record))
                continue;
            // Two tenants can have equal records at the same sequence of two shards. Only the number of the topic tells them apart.
            if (found is null || accepted.Topic == attempt.Subscription.TopicNumber)
                found = new Delivery(model, model.LaneOf(shard, accepted), shard, attempt.Sequence, node.Leases.GetValueOrDefault(shard).Epoch);
        }
        return found ?? throw new Violation($"4: what is sent as sequence {attempt.Sequence} to {model} was never accepted so");
    }

    private static void CheckIsCurrent(NodeView node, SubscriptionModel model, Subscription subscription, Delivery delivery)
    {
        if (subscription.Status != SubscriptionStatus.Active)
            throw new Violation($"4: sent while {subscription.Status}: {delivery}");
        // A node need not know of the change yet. When it does, it must follow.
        if (node.Engine is { } engine && !model.Lives && engine.Cache.Snapshot.Version >= model.EndVersion)
            throw new Violation($"4: sent though the node knows that it has ended: {delivery}");
    }

    // A published event is identified by its id, and has one payload in these worlds. An event that Herald made is identified by its place.
    private string OriginOf(SubscriptionModel model, int shard, long sequence)
    {
        var accepted = EventOf(shard, sequence);
        var view = new EventView(accepted.Record);
        return (view.Flags & EventFlags.Emitted) == 0
            ? $"{model.Id} {accepted.Topic} {view.KeyText} {view.IdText}"
            : $"{model.Id} {shard}/{(view.OriginalSequence > 0 ? view.OriginalSequence : sequence)}";
    }

    // The engine's wall clock follows the process's within a second.
    private const long ClocksDifferMs = 2000;

    // Within a life, the numbers of attempts at a delivery have no gaps. Only an operator's release begins again at 1.
    private void CheckNumber(NodeView node, in Attempt attempt, Delivery delivery)
    {
        var place = (delivery.Model, delivery.Shard, delivery.Sequence, delivery.Epoch);
        var mayBeginAnew = attempt.Number == 1 && _released.Contains((delivery.Model.Number, delivery.Shard, delivery.Sequence));
        if (node.Attempts.TryGetValue(place, out var last) && attempt.Number != last + 1 && !mayBeginAnew)
            throw new Violation($"13: attempt {attempt.Number} follows attempt {last}: {delivery}");
        // If the clock was set in between, the time may have come again.
        if (node.Lapsed.TryGetValue(place, out var skewMs) && skewMs == node.Process.SkewMs && !mayBeginAnew)
            throw new Violation($"3: sent again though its time was over: {delivery}");
        node.Attempts[place] = attempt.Number;
        if (attempt.Number == 1)
            node.FirstAttempts[place] = node.Process.Timestamp;
    }

    private static List<HistoryRecord> SkipsOf(ShardCommit commit)
    {
        var skips = new List<HistoryRecord>();
        if (commit.History is not { } history)
            return skips;
        var reader = new RecordReader(history.Block.Span);
        while (!reader.AtEnd)
        {
            if (HistoryRecord.Read(ref reader) is { Kind: HistoryKind.Skip } skip)
                skips.Add(skip);
        }
        return skips;
    }

    private void OnSkipped(ShardCommit commit, int shard, HistoryRecord skip, long catalogVersion)
    {
        simulator.Reached.Count($"skipped: {skip.Skip}");
        Reports.OnSkipped(new ShardId(shard), skip);
        if (simulator.Traces)
            simulator.Trace($"skipped ({skip.Skip}): sequence {skip.Sequence} of shard {shard}, subscription {skip.Subscription}");
        var accepted = EventOf(shard, skip.Sequence);
        var letter = commit.DeadLetters.Any(l => l.Id.Subscription == skip.Subscription && l.Id.Sequence == skip.Sequence);
        if (skip.Skip == SkipKind.DeadLetter && !letter)
            throw new Violation($"3: sequence {skip.Sequence} of subscription {skip.Subscription} was given up without a dead letter");
        if (commit.DeadLetters.Any(l => l.Id.Subscription == skip.Subscription && l.Id.Sequence == skip.Sequence && l.Reason.Reason == EventCopier.TooManyHops))
            simulator.Reached.Count("forwards that ended as dead letters");
        if (skip.Skip == SkipKind.Forward)
            OnForwarded(skip, new EventView(accepted.Record));
        // The history does not name the generation. Only what was tried is given up so, and then the skip can have waited for its commit since
        // a generation that ended long ago. Other skips are of a generation since the previous commit.
        var isOfTried = skip.Skip is SkipKind.DeadLetter or SkipKind.Forward;
        var meant = _models.Values.Where(m => m.Number == skip.Subscription && m.Version <= catalogVersion
            && (isOfTried ? m.LaneOf(shard, accepted).Tried.Contains(skip.Sequence) : m.Lives || m.EndVersion > _committedWith[shard])).ToList();
        foreach (var model in meant)
        {
            var lane = model.LaneOf(shard, accepted);
            if (!lane.Matches.Contains(skip.Sequence))
                continue;
            lane.Open.Remove(skip.Sequence);
            lane.Skipped.Add(skip.Sequence);
            if (meant.Count == 1)
                lane.GivenUp.Add(skip.Sequence);
        }
    }

    // Each forward is an event of its own, also when several share one key and id.
    private void OnForwarded(HistoryRecord skip, EventView forwarded)
    {
        var by = _models.Values.First(model => model.Number == skip.Subscription).Latest.Tenant;
        var made = _forwards.FindIndex(one => by.Owns(one.Topic) && one.View.Id.SequenceEqual(forwarded.Id)
            && one.View.Key.SequenceEqual(forwarded.Key) && one.View.Payload.Span.SequenceEqual(forwarded.Payload.Span));
        if (made < 0)
            throw new Violation($"3: sequence {skip.Sequence} of subscription {skip.Subscription} was given up without being forwarded");
        if (_forwards[made].View.Hops is var hops && (hops != forwarded.Hops + 1 || hops > EventCopier.MostHops))
            throw new Violation($"12: what has been forwarded {forwarded.Hops} times is forwarded as if it had been {hops} times");
        _forwards.RemoveAt(made);
    }

    private void CheckSettledBelow(ShardCommit commit, int shard, long catalogVersion)
    {
        foreach (var model in Living.Where(m => m.Runs && m.StatusVersion <= catalogVersion))
        {
            foreach (var ((at, _), lane) in model.Lanes)
            {
                if (at == shard && lane.Open.Count > 0 && lane.Open.Min < commit.SettledBelow && !(_kept[shard].GetValueOrDefault(EventOf(shard, lane.Open.Min).KeyHash, long.MaxValue) <= lane.Open.Min))
                    throw new Violation($"15: retention may free everything below {commit.SettledBelow} of shard {shard}, but {lane.Open.Min} is open for {model}");
            }
        }
    }

    private static void Keep(ShardCommit commit, Dictionary<ulong, long> kept)
    {
        if (commit.IsAllKept)
            kept.Clear();
        foreach (var (key, from) in commit.Kept)
        {
            if (from > 0)
                kept[key] = from;
            else
                kept.Remove(key);
        }
    }
}
