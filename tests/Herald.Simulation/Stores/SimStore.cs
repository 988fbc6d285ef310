using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Simulation.Runs;
using Herald.TestKit.Catalogs;
using Herald.TestKit.Hashes;

namespace Herald.Simulation.Stores;

/// <summary>
/// The durable state of a store, and how it changes. Each call is atomic and happens at one instant. The difficulties of a real store
/// (delay, loss, unknown outcomes, repeats) are on the way to it, in <see cref="StoreLink"/>. The class is kept small, so that a reader can
/// see that it is right.
/// </summary>
/// <param name="leasesLast">Null: the store of one process, which owns all shards for as long as it runs.</param>
/// <param name="nowMs">The store's own clock, which is right.</param>
internal sealed class SimStore(int shards, ulong hashSeed, TimeSpan? leasesLast, TimeSpan noteEvery, IStoreWatcher watcher, Func<long> nowMs)
{
    private readonly SimShard[] _shards = [.. Enumerable.Range(0, shards).Select(_ => new SimShard())];
    private readonly Dictionary<(string Kind, string Id), CatalogRecord> _records = [];
    private readonly HashSet<(Fence Fence, long Number)> _notes = [];
    private readonly SortedDictionary<DeadLetterKey, DeadLetter> _letters = [];
    private readonly Dictionary<string, long> _positions = [];
    private SimRegistry? _registry;

    public int ShardCount => shards;
    public ulong HashSeed => hashSeed;
    public TimeSpan NoteEvery => noteEvery;

    /// <summary>The same in all worlds, because there are known pairs of keys that share one hash under this secret.</summary>
    public UInt128 HashSecret => OneLane.Secret;
    public long CatalogVersion { get; private set; }
    public int DeadLetterCount => _letters.Count;
    public IReadOnlyList<SimShard> Shards => _shards;

    /// <summary>How long the store remembers an id. Null: for ever.</summary>
    public TimeSpan? Remembers { get; init; }

    /// <summary>What the store loses. Null: it keeps everything it has acknowledged.</summary>
    public StoreLoss? Loses { get; init; }

    // ---- Logs ----

    /// <summary>
    /// How many more events of publishers and sources each shard takes. Null: any number. What owners commit goes into a reserve.
    /// </summary>
    public int?[] Room { get; } = new int?[shards];

    /// <summary>Events from outside. When one finds no room, no later one of its shard does.</summary>
    public Appended[] Publish(IReadOnlyList<NewEvent> events) => [.. events.Select(Publish)];

    /// <summary>Saves the position of a source. It never falls, however late a position arrives.</summary>
    public void SavePosition(SourcePosition position) =>
        _positions[position.Source] = Math.Max(position.Position, _positions.GetValueOrDefault(position.Source));

    public long? ReadPosition(string source) => _positions.TryGetValue(source, out var position) ? position : null;

    public Appended[] Append(IReadOnlyList<NewEvent> events) => [.. events.Select(one => Append(one, isFromOutside: false))];

    /// <param name="asOfMs">The reading shows only what was there at this moment, as another connection can see it.</param>
    public (IndexEntry[] Entries, long CatalogVersion, long Next) ReadIndex(ShardId shard, long from, int most, long asOfMs)
    {
        var log = _shards[shard.Value];
        if (from < log.First)
        {
            var kept = log.Kept.GetViewBetween(from, log.First).Take(most).Select(sequence => log.Events[(int)sequence - 1].Entry).ToArray();
            return (kept, CatalogVersion, kept.Length == most ? kept[^1].Sequence + 1 : log.First);
        }
        var entries = log.Events.Skip((int)from - 1).Take(most).TakeWhile(one => one.AtMs <= asOfMs).ToArray();
        return ([.. entries.Select(e => e.Entry)], entries.Length == 0 ? 0 : entries[^1].CatalogVersion, from + entries.Length);
    }

    public List<(long Sequence, byte[] Record)> ReadEvents(ShardId shard, IEnumerable<long> sequences)
    {
        var log = _shards[shard.Value];
        return [.. sequences.Where(log.Has).Select(s => (s, log.Events[(int)s - 1].Record))];
    }

    public LogBounds Bounds(ShardId shard) => new(_shards[shard.Value].First, _shards[shard.Value].Last);

    public long FindByTime(ShardId shard, DateTimeOffset time)
    {
        var log = _shards[shard.Value];
        var found = log.Events.FindIndex((int)log.First - 1, e => e.Entry.AcceptedAtMs >= time.ToUnixTimeMilliseconds());
        return found < 0 ? log.Last + 1 : found + 1;
    }

    public long FindById(ShardId shard, ulong keyHash, ulong idHash) => OriginalOf(_shards[shard.Value], (keyHash, idHash));

    /// <summary>Frees everything up to a sequence that is settled and not needed.</summary>
    public void Trim(ShardId shard, long first)
    {
        var (log, before) = (_shards[shard.Value], _shards[shard.Value].First);
        var freed = log.Kept.Where(sequence => !log.Needs(sequence)).ToList();
        log.Kept.ExceptWith(freed);
        for (var next = Math.Min(first, Math.Min(log.SettledBelow, log.Last + 1)); log.First < next; log.First++)
        {
            if (log.Needs(log.First))
                log.Kept.Add(log.First);
            else
                freed.Add(log.First);
        }
        if (log.First > before || freed.Count > 0)
            watcher.OnTrimmed(shard, log.First, freed.ToHashSet());
    }

    // ---- Catalog ----

    public CatalogChanges ReadCatalog(long since, int limit)
    {
        var changed = _records.Values.Where(r => r.Version > since).OrderBy(r => r.Version).ThenBy(r => r.Id, StringComparer.Ordinal).ToList();
        if (changed.Count <= limit)
            return new(CatalogVersion, true, changed);
        var last = changed[limit - 1].Version;
        return new(last, last == CatalogVersion, [.. changed.Where(r => r.Version <= last)]);
    }

    public IReadOnlyList<CatalogRecord> FindInCatalog(CatalogQuery query) => CatalogQueries.Answer(query, _records.Values);

    public CatalogReply ChangeCatalog(IReadOnlyList<CatalogWrite> writes)
    {
        var heads = _shards.Select(log => log.Last).ToArray();
        for (var i = 0; i < writes.Count; i++)
        {
            var there = _records.GetValueOrDefault((writes[i].Kind, writes[i].Id));
            var version = there?.Body is null ? 0 : there.Version;
            if (writes[i].ExpectedVersion is { } expected && expected != version)
                return new(CatalogVersion, heads, i);
        }
        CatalogVersion++;
        foreach (var write in writes)
        {
            var number = _records.GetValueOrDefault((write.Kind, write.Id)) is { Body: not null } there ? there.Number : (int)CatalogVersion;
            var record = new CatalogRecord(
                write.Kind, write.Id, number, write.Parent, CatalogVersion, heads, write.Body is { } body ? body.ToArray() : (ReadOnlyMemory<byte>?)null);
            _records[(write.Kind, write.Id)] = record;
            watcher.OnCatalog(record);
        }
        return new(CatalogVersion, heads, null);
    }

    // ---- Owners ----

    public TimeSpan? LeasesLast => leasesLast;

    private SimRegistry Registry => _registry ??= new SimRegistry(_shards, hashSeed, leasesLast!.Value, watcher);

    public Renewal Renew(string node, IReadOnlyList<Beat> standingStill, IReadOnlyList<Beat> ended, bool holdsSession, long followed) =>
        leasesLast is null ? TakeAll(node) : Registry.Renew(node, standingStill, ended, holdsSession, followed);

    public void SetSession(string node, bool isThere)
    {
        if (leasesLast is not null)
            Registry.SetSession(node, isThere);
    }

    public bool HasSession(string node) => leasesLast is not null && Registry.HasSession(node);

    public bool GiveWay(string node) => leasesLast is not null && Registry.GiveWay(node);

    public long OthersFollow(string node) => leasesLast is null ? long.MaxValue : Registry.OthersFollow(node);

    public void Release(IReadOnlyList<Lease> leases)
    {
        if (leasesLast is not null)
            Registry.Release(leases);
    }

    public void Leave(string node)
    {
        if (leasesLast is not null)
            Registry.Leave(node);
    }

    // A new process takes all shards. The previous one is dead.
    private Renewal TakeAll(string node)
    {
        for (var i = 0; i < shards; i++)
        {
            watcher.OnTaken(new ShardId(i), _shards[i].Epoch + 1, node, null);
            _shards[i].TakeOver(_shards[i].Epoch + 1, null);
        }
        return new([.. _shards.Select((shard, i) => new Lease(new ShardId(i), shard.Epoch, null))], [], []);
    }

    public ShardProgress Load(Fence fence)
    {
        Check(fence);
        return Peek(fence.Shard);
    }

    public ReadOnlyMemory<byte>? ReadState(ShardId shard, string application, ReadOnlyMemory<byte> key) =>
        _shards[shard.Value].State.TryGetValue((application, Convert.ToHexString(key.Span)), out var value) ? value : (ReadOnlyMemory<byte>?)null;

    public ShardProgress Peek(ShardId shard) => new([.. _shards[shard.Value].Progress]);

    /// <summary>A note with this number is about to be sent. It can get lost.</summary>
    public void Expect(ShardNote note) => _notes.Add((note.Fence, note.Number));

    public void Note(ShardNote note)
    {
        var shard = _shards[note.Fence.Shard.Value];
        if (note.Fence.Epoch != shard.Epoch || note.Number <= shard.LastCommit)
            return;
        shard.Apply(note);
        watcher.OnNote(note);
    }

    public CommitReply Commit(ShardCommit commit)
    {
        Check(commit.Fence);
        var shard = _shards[commit.Fence.Shard.Value];
        if (commit.Number <= shard.LastCommit)
        {
            // The commit was repeated or came late, and it has been applied.
            if (commit.Number == shard.LastCommit && !commit.Progress.Span.SequenceEqual(shard.LastProgress))
                throw new Violation($"9: commit {commit.Number} of shard {commit.Fence.Shard} was sent again with other content");
            watcher.OnRepeated(commit);
            return shard.LastReply;
        }
        // The numbers between are notes that did not arrive.
        if (Enumerable.Range((int)shard.LastCommit + 1, (int)(commit.Number - shard.LastCommit - 1)).Any(number => !_notes.Contains((commit.Fence, number))))
            throw new Violation($"9: commit {commit.Number} of shard {commit.Fence.Shard} follows {shard.LastCommit}");
        var emitted = Append(commit.Emitted);
        if (Loses?.Takes(commit) == true)
        {
            shard.PretendToApply(commit, new CommitReply(emitted));
            watcher.OnCommit(commit, emitted);
            return shard.LastReply;
        }
        shard.Apply(commit, new CommitReply(emitted));
        foreach (var letter in commit.DeadLetters)
        {
            var record = letter.Record.IsEmpty ? shard.Events[(int)letter.Id.Sequence - 1].Record : letter.Record;
            _letters.TryAdd(new DeadLetterKey(letter.Id), new DeadLetter(letter.Id, letter.SubscriptionId, letter.Topic, letter.Reason, record));
        }
        watcher.OnCommit(commit, emitted);
        return shard.LastReply;
    }

    // ---- Dead letters ----

    public DeadLetter? FindLetter(DeadLetterId id) => _letters.GetValueOrDefault(new DeadLetterKey(id));

    public List<DeadLetter> ListLetters(DeadLetterQuery query) =>
        [.. _letters.Values.Where(l => (query.SubscriptionId is null || l.SubscriptionId == query.SubscriptionId) && query.Tenant?.Owns(l.Topic) != false).Take(query.Limit)];

    public int DiscardLetters(IReadOnlyList<DeadLetterId> ids) => ids.Count(id => _letters.Remove(new DeadLetterKey(id)));

    public int Redrive(IReadOnlyList<Redrive> redrives)
    {
        var there = redrives.Where(r => _letters.Remove(new DeadLetterKey(r.Id))).ToList();
        Append([.. there.Select(r => r.Event)]);
        return there.Count;
    }

    private Appended Publish(NewEvent given)
    {
        ref var room = ref Room[given.Shard.Value];
        if (room > 0)
            room--;
        else if (room == 0 && !(IsRemembered(given) && OriginalOf(_shards[given.Shard.Value], (given.Index.KeyHash, given.Index.IdHash)) > 0))
            return new(Verdict.NoRoom, 0);
        return Append(given, isFromOutside: true);
    }

    private static bool IsRemembered(in NewEvent one) => (one.Index.Flags & (EventFlags.Identified | EventFlags.Addressed)) == EventFlags.Identified;

    // 0: there is no original, or its id has been forgotten.
    private long OriginalOf(SimShard log, (ulong, ulong) identity) =>
        log.ByIdentity.TryGetValue(identity, out var found) && !(Remembers is { } window && nowMs() - found.AtMs >= window.TotalMilliseconds) ? found.Sequence : 0;

    private Appended Append(NewEvent given, bool isFromOutside)
    {
        var log = _shards[given.Shard.Value];
        var identity = (given.Index.KeyHash, given.Index.IdHash);
        if (IsRemembered(given) && OriginalOf(log, identity) is > 0 and var original)
        {
            var same = new EventView(log.Events[(int)original - 1].Record).SameContent(new EventView(given.Record));
            return new(same ? Verdict.Duplicate : Verdict.Conflict, original);
        }
        var sequence = log.Last + 1;
        if (isFromOutside && Loses?.Takes(given, new(Verdict.Accepted, sequence)) == true)
            return new(Verdict.Accepted, sequence);
        log.Events.Add(new StoredEvent(given.Index with { Sequence = sequence }, given.Record.ToArray(), CatalogVersion, nowMs()));
        if (IsRemembered(given))
            log.ByIdentity[identity] = (sequence, nowMs());
        watcher.OnAccepted(given.Shard, log.Events[^1]);
        return new(Verdict.Accepted, sequence);
    }

    private void Check(Fence fence)
    {
        if (fence.Epoch != _shards[fence.Shard.Value].Epoch)
            throw new StaleOwnerException($"Shard {fence.Shard} has epoch {_shards[fence.Shard.Value].Epoch}, not {fence.Epoch}.");
    }

    private readonly record struct DeadLetterKey(DeadLetterId Id) : IComparable<DeadLetterKey>
    {
        public int CompareTo(DeadLetterKey other) => Tuple.CompareTo(other.Tuple);

        private (int, long, int, int) Tuple => (Id.Shard.Value, Id.Sequence, Id.Subscription, Id.Generation);
    }
}

/// <param name="CatalogVersion">The catalog version at the acceptance of the event.</param>
/// <param name="AtMs">The time of acceptance, by the store's clock.</param>
internal sealed record StoredEvent(IndexEntry Entry, byte[] Record, long CatalogVersion, long AtMs);

/// <summary>Sees every change in the order in which it becomes durable.</summary>
internal interface IStoreWatcher
{
    void OnAccepted(ShardId shard, StoredEvent accepted);

    void OnCatalog(CatalogRecord record);

    /// <param name="emitted">The results of the events that the commit made.</param>
    void OnCommit(ShardCommit commit, IReadOnlyList<Appended> emitted);

    void OnNote(ShardNote note);

    /// <summary>The commit came again and changed nothing.</summary>
    void OnRepeated(ShardCommit commit);

    /// <param name="first">From this sequence on, the whole log is there.</param>
    /// <param name="freed">Sequences that have been freed. Below the first one, others can still be there.</param>
    void OnTrimmed(ShardId shard, long first, IReadOnlySet<long> freed);

    /// <param name="from">The node that had not released the shard. Null when the shard was free.</param>
    void OnTaken(ShardId shard, long epoch, string node, string? from);

    void OnReleased(ShardId shard);

    /// <summary>Other nodes found that this node does not renew its leases, or that its session has ended.</summary>
    void OnRemoved(string node, bool bySession);
}
