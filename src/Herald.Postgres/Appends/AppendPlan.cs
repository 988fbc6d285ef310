using System.Runtime.InteropServices;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Herald.Postgres.Periods;
using Herald.Postgres.Reads;
using Npgsql;

namespace Herald.Postgres.Appends;

/// <summary>
/// Appends events within a transaction of its caller:
/// 1. <see cref="AddLook"/> locks their shards and queries heads and remembered ids.
/// 2. <see cref="ReadLookAsync"/> reads the answers.
/// 3. <see cref="DecideAsync"/> decides verdicts and sequences.
/// 4. <see cref="AddInserts"/> stores the new events.
/// From step 1 to the end of the transaction no other transaction appends to these shards. Usually no id is remembered, and everything goes
/// in one round trip: <see cref="AddAtOnce"/>, <see cref="ReadAtOnceAsync"/>.
/// </summary>
internal sealed class AppendPlan
{
    private readonly AppendSql _sql;
    private readonly PeriodMap _periods;
    private readonly ReadOnlyMemory<NewEvent> _events;
    private readonly int[] _shards;
    private readonly Dictionary<int, ShardHead> _heads;
    private readonly List<int> _remembered = [];
    private readonly List<(int Event, long Sequence)> _hits = [];
    private readonly List<int> _accepted = [];
    private readonly long[] _acceptedAtMs;

    public AppendPlan(AppendSql sql, PeriodMap periods, ReadOnlyMemory<NewEvent> events)
    {
        (_sql, _periods, _events) = (sql, periods, events);
        _heads = [];
        Verdicts = new Appended[events.Length];
        _acceptedAtMs = new long[events.Length];
        var span = events.Span;
        for (var i = 0; i < span.Length; i++)
        {
            _heads.TryAdd(span[i].Shard.Value, default);
            if (IsRemembered(span[i]))
                _remembered.Add(i);
        }
        _shards = [.. _heads.Keys];
        Array.Sort(_shards);
    }

    public Appended[] Verdicts { get; }

    /// <summary>True when other nodes were already notified of the stored events.</summary>
    public bool IsTold { get; set; }

    /// <summary>The shards that it locks.</summary>
    public IReadOnlyList<int> Shards => _shards;

    /// <summary>The version of the catalog at the time the events were accepted.</summary>
    public long CatalogVersion { get; private set; }

    /// <summary>The indexes of the new events, in order.</summary>
    public IReadOnlyList<int> Accepted => _accepted;

    /// <summary>
    /// A redrive carries the id of its original event on purpose. So it is not compared with remembered ids, and not remembered.
    /// </summary>
    private static bool IsRemembered(in NewEvent one) =>
        (one.Index.Flags & (EventFlags.Identified | EventFlags.Addressed)) == EventFlags.Identified;

    public void AddLook(NpgsqlBatch batch)
    {
        batch.With(_sql.Lock, Commands.Value(_shards)).With(_sql.Look, Commands.Value(_shards));
        if (_remembered.Count == 0)
            return;
        var (shards, hashes, ids) = (new int[_remembered.Count], new long[_remembered.Count], new long[_remembered.Count]);
        for (var i = 0; i < shards.Length; i++)
        {
            ref readonly var one = ref _events.Span[_remembered[i]];
            (shards[i], hashes[i], ids[i]) = (one.Shard.Value, (long)one.Index.DuplicateHash, (long)one.Index.IdHash);
        }
        batch.With(_sql.Known, Commands.Value(shards), Commands.Value(hashes), Commands.Value(ids));
    }

    /// <summary>
    /// Call it with the reader at the answer to the lock; it leaves the reader at the plan's last answer. Returns false when a new period
    /// has begun: then nothing must be stored.
    /// </summary>
    public async Task<bool> ReadLookAsync(NpgsqlDataReader reader, CancellationToken cancel)
    {
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            if (reader.GetInt64(3) != _sql.Event || reader.GetInt64(4) != _sql.Seen)
                return false;
            var shard = reader.GetInt32(0);
            _heads[shard] = reader.IsDBNull(1)
                ? new ShardHead(_periods.Newest.Heads[shard], 0)
                : new ShardHead(reader.GetInt64(1), reader.GetInt64(2));
            CatalogVersion = reader.GetInt64(5);
        }
        if (_remembered.Count == 0)
            return true;
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
            _hits.Add((_remembered[(int)reader.GetInt64(0) - 1], reader.GetInt64(1)));
        return true;
    }

    /// <summary>Decides all verdicts. A hit by hash counts only if the stored record confirms it, so this reads these records.</summary>
    /// <param name="unreadable">Events that are known to be damaged and are not read; null for none.</param>
    /// <exception cref="UnreadableOriginalException">Another stored event cannot be read.</exception>
    public async Task DecideAsync(
        NpgsqlConnection connection, RecordReader records, IReadOnlySet<(ShardId, long)>? unreadable, CancellationToken cancel)
    {
        var originals = new Dictionary<(int Shard, long Sequence), byte[]>();
        if (_hits.Count > 0)
        {
            (ShardId, long)[] wanted =
            [
                .. _hits.Select(hit => (_events.Span[hit.Event].Shard, hit.Sequence)).Distinct()
                    .Where(hit => unreadable?.Contains(hit) != true),
            ];
            try
            {
                await records.ReadAsync(
                    connection, _periods, wanted, (shard, sequence, record) => originals[(shard.Value, sequence)] = record, cancel)
                    .ConfigureAwait(false);
            }
            catch (PostgresException failure) when (Failures.IsDamage(failure))
            {
                throw new UnreadableOriginalException(wanted, failure);
            }
        }
        Decide(originals, unreadable);
    }

    private void Decide(Dictionary<(int Shard, long Sequence), byte[]> originals, IReadOnlySet<(ShardId, long)>? unreadable)
    {
        var hits = _hits.ToLookup(hit => hit.Event, hit => hit.Sequence);
        var span = _events.Span;
        var first = new Dictionary<(int Shard, ulong Hash), int>(_remembered.Count);
        // For an event whose hash an earlier event of the batch has, but whose identity differs: the index of that earlier event.
        Dictionary<int, int>? others = null;
        for (var i = 0; i < span.Length; i++)
        {
            ref readonly var one = ref span[i];
            if (IsRemembered(one))
            {
                if (FindStored(one, hits[i], originals, unreadable) is { } stored)
                {
                    Verdicts[i] = stored;
                    continue;
                }
                // A repeat within the batch can only match an event that was accepted: the others have a stored original.
                ref var newest = ref CollectionsMarshal.GetValueRefOrAddDefault(
                    first, (one.Shard.Value, one.Index.DuplicateHash), out var isKnown);
                if (isKnown && FindBefore(one, newest, others) is { } repeated)
                {
                    Verdicts[i] = repeated;
                    continue;
                }
                if (isKnown)
                    (others ??= [])[i] = newest;
                newest = i;
            }
            Accept(i, one);
        }
    }

    public void AddInserts(NpgsqlBatch batch)
    {
        if (_accepted.Count == 0)
            return;
        batch.With(_sql.Insert, Rows());
        if (_remembered.Exists(IsNew))
            batch.With(_sql.Remember, RememberedRows());
    }

    /// <summary>Plans as if no id was remembered and all shards were empty. The statement adds the shards' heads.</summary>
    public void AddAtOnce(NpgsqlBatch batch)
    {
        Decide([], null);
        batch.WithBounds().With(_sql.Lock, Commands.Value(_shards)).With(
            _sql.AtOnce, [.. Rows(), Commands.Value(_shards), Commands.Value(Array.ConvertAll(_shards, shard => _periods.Newest.Heads[shard])), .. RememberedRows()]);
    }

    public void AddNotice(NpgsqlBatch batch, HeadNotice notice) =>
        batch.With(_sql.Notice, Commands.Value(notice.Channel), Commands.Value(notice.Shards));

    /// <summary>Returns whether everything is stored. If not, nothing was stored, and this plan must not be used again.</summary>
    public async Task<bool> ReadAtOnceAsync(NpgsqlDataReader reader, CancellationToken cancel)
    {
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        var before = new Dictionary<int, ShardHead>(_shards.Length);
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            if (!reader.GetBoolean(3))
                return false;
            before.Add(reader.GetInt32(0), new ShardHead(reader.GetInt64(1), reader.GetInt64(2)));
            CatalogVersion = reader.GetInt64(4);
        }
        Follow(before);
        return true;
    }

    private void Follow(Dictionary<int, ShardHead> before)
    {
        foreach (var (shard, head) in before)
            _heads[shard] = new ShardHead(head.Sequence + _heads[shard].Sequence, Math.Max(head.AcceptedAtMs, _heads[shard].AcceptedAtMs));
        var span = _events.Span;
        for (var i = 0; i < span.Length; i++)
        {
            var head = before[span[i].Shard.Value];
            Verdicts[i] = Verdicts[i] with { Sequence = head.Sequence + Verdicts[i].Sequence };
            _acceptedAtMs[i] = Math.Max(head.AcceptedAtMs, _acceptedAtMs[i]);
        }
    }

    /// <summary>The shards that got new events, with their new last sequences.</summary>
    public IEnumerable<(ShardId Shard, long Head)> Advanced =>
        _accepted.Select(index => _events.Span[index].Shard).Distinct().Select(shard => (shard, _heads[shard.Value].Sequence));

    /// <summary>Returns the index entry as it was stored.</summary>
    public IndexEntry EntryOf(int index) => _events.Span[index].Index with
    {
        Sequence = Verdicts[index].Sequence,
        AcceptedAtMs = _acceptedAtMs[index],
        Size = _events.Span[index].Record.Length,
    };

    private NpgsqlParameter[] Rows()
    {
        var count = _accepted.Count;
        var (shards, sequences, accepted, keys, ids) = (new int[count], new long[count], new long[count], new long[count], new long[count]);
        var (high, low, topics, flags, sizes) = (new long[count], new long[count], new int[count], new int[count], new int[count]);
        var records = new ReadOnlyMemory<byte>[count];
        var span = _events.Span;
        for (var i = 0; i < count; i++)
        {
            ref readonly var one = ref span[_accepted[i]];
            (shards[i], sequences[i], accepted[i]) = (one.Shard.Value, Verdicts[_accepted[i]].Sequence, _acceptedAtMs[_accepted[i]]);
            (keys[i], ids[i]) = ((long)one.Index.KeyHash, (long)one.Index.IdHash);
            (high[i], low[i]) = ((long)(ulong)(one.Index.RouteHash >> 64), (long)(ulong)one.Index.RouteHash);
            (topics[i], flags[i], sizes[i], records[i]) = (one.Index.Topic, (int)one.Index.Flags, one.Record.Length, one.Record);
        }
        return
        [
            Commands.Value(shards), Commands.Value(sequences), Commands.Value(accepted), Commands.Value(keys), Commands.Value(ids),
            Commands.Value(high),
            Commands.Value(low), Commands.Value(topics), Commands.Value(flags), Commands.Value(sizes), Commands.Value(records),
        ];
    }

    private bool IsNew(int index) => Verdicts[index].Verdict == Verdict.Accepted;

    private NpgsqlParameter[] RememberedRows()
    {
        var remembered = _remembered.FindAll(IsNew);
        var (hashes, shards, sequences, ids) = (new long[remembered.Count], new int[remembered.Count], new long[remembered.Count], new long[remembered.Count]);
        for (var i = 0; i < hashes.Length; i++)
        {
            ref readonly var one = ref _events.Span[remembered[i]];
            (hashes[i], shards[i], sequences[i], ids[i]) = ((long)one.Index.DuplicateHash, one.Shard.Value, Verdicts[remembered[i]].Sequence, (long)one.Index.IdHash);
        }
        return [Commands.Value(hashes), Commands.Value(shards), Commands.Value(sequences), Commands.Value(ids)];
    }

    private void Accept(int index, in NewEvent one)
    {
        ref var head = ref CollectionsMarshal.GetValueRefOrNullRef(_heads, one.Shard.Value);
        // Never falls within a shard, so that the log can be searched by time. This hides differences between the nodes' clocks.
        head = new ShardHead(head.Sequence + 1, Math.Max(head.AcceptedAtMs, one.Index.AcceptedAtMs));
        Verdicts[index] = new Appended(Verdict.Accepted, head.Sequence);
        _acceptedAtMs[index] = head.AcceptedAtMs;
        _accepted.Add(index);
    }

    private static Appended? FindStored(
        in NewEvent one, IEnumerable<long> hits, Dictionary<(int, long), byte[]> originals, IReadOnlySet<(ShardId, long)>? unreadable)
    {
        foreach (var sequence in hits)
        {
            // A duplicate would be a promise that the event is stored. So a damaged one is stored again.
            if (unreadable?.Contains((one.Shard, sequence)) == true)
                continue;
            // The id outlived its event. Then the hashes decide: key and id agree in 128 bits that no publisher can choose.
            if (!originals.TryGetValue((one.Shard.Value, sequence), out var original))
                return new Appended(Verdict.Duplicate, sequence);
            if (!new EventView(original).IsWellFormed())
                continue;
            if (Compare(original, one.Record) is { } verdict)
                return new Appended(verdict, sequence);
        }
        return null;
    }

    private Appended? FindBefore(in NewEvent one, int newest, Dictionary<int, int>? others)
    {
        for (int? before = newest; before is { } at; before = others is not null && others.TryGetValue(at, out var other) ? other : null)
        {
            if (Compare(_events.Span[at].Record, one.Record) is { } verdict)
                return new Appended(verdict, Verdicts[at].Sequence);
        }
        return null;
    }

    /// <summary>Returns null when the stored event is a different one.</summary>
    private static Verdict? Compare(ReadOnlyMemory<byte> stored, ReadOnlyMemory<byte> candidate)
    {
        EventView original = new(stored), repeated = new(candidate);
        return !original.SameIdentity(repeated) ? null : original.SameContent(repeated) ? Verdict.Duplicate : Verdict.Conflict;
    }
}
