using Herald.Engine.Events;
using Herald.Journal.Shards;

namespace Herald.Journal.Duplicates;

/// <summary>The remembered ids of all shards, bounded by time and by number.</summary>
/// <remarks>
/// Ids are dropped in marks. A mark is a run of ids of one shard: at most a minute long, a small part of the bound on number, and no more
/// ids than fill a quarter of a segment with index entries. Only the writer uses it, except for the figures.
/// </remarks>
internal sealed class DuplicateWindow
{
    private const long MarkMs = 60_000;

    private readonly JournalOptions _options;
    private readonly Shard[] _shards;
    private readonly long _markEntries;
    private long _entries, _oldestMs = long.MaxValue;

    public DuplicateWindow(JournalOptions options, int shards)
    {
        _options = options;
        _shards = new Shard[shards];
        for (var i = 0; i < shards; i++)
            _shards[i] = new Shard();
        _markEntries = Math.Clamp(
            Math.Min(options.DuplicateEntries / (shards * 16L), options.SegmentBytes / (4L * StoredEntry.Length)), 1, 16_384);
    }

    public long Entries => Volatile.Read(ref _entries);

    /// <summary>The age of the oldest remembered id; zero when there is none.</summary>
    public TimeSpan AgeAt(DateTimeOffset now) =>
        Volatile.Read(ref _oldestMs) is var oldest and < long.MaxValue
            ? now - DateTimeOffset.FromUnixTimeMilliseconds(oldest)
            : TimeSpan.Zero;

    /// <summary>Ids below this sequence are forgotten; <see cref="long.MaxValue"/> when the shard remembers none.</summary>
    public long Floor(int shard) => _shards[shard].Floor;

    public DuplicateTable.Probe Find(int shard, ulong hash, long last) => _shards[shard].Table.Find(hash, last, _shards[shard].Floor);

    public void Add(int shard, ulong hash, long sequence, long acceptedAtMs)
    {
        if (_options.DuplicateEntries == 0)
            return;
        AddToShard(shard, hash, sequence, acceptedAtMs);
        Volatile.Write(ref _entries, _entries + 1);
        if (acceptedAtMs < _oldestMs)
            Volatile.Write(ref _oldestMs, acceptedAtMs);
    }

    /// <summary>Forgets ids that are too old, or that exceed the number.</summary>
    public void Trim(long nowMs)
    {
        var tooOld = nowMs - (long)_options.DuplicateWindow.TotalMilliseconds;
        if (_oldestMs >= tooOld && _entries <= _options.DuplicateEntries)
            return;
        foreach (var shard in _shards)
            while (shard.Marks.TryPeek(out var mark) && mark.NewestMs < tooOld)
                Drop(shard);
        while (_entries > _options.DuplicateEntries)
            Drop(_shards.MinBy(OldestOf)!);
        FindOldest();
    }

    /// <summary>Forgets the oldest mark of ids whose events were removed, although neither bound requires it.</summary>
    /// <param name="firsts">For each shard, the first event that is kept.</param>
    /// <returns>How many ids were forgotten; 0 when no others are left to forget.</returns>
    public long ForgetOldest(ReadOnlySpan<long> firsts)
    {
        if (OldestBelow(firsts) is not { } shard)
            return 0;
        var before = _entries;
        Drop(_shards[shard], firsts[shard]);
        FindOldest();
        return before - _entries;
    }

    /// <summary>
    /// Reads a shard's part of the window back from its index. Several threads can load different shards at the same time.
    /// </summary>
    public void Load(int shard, ShardIndex index, long nowMs)
    {
        if (_options.DuplicateEntries == 0)
            return;
        var oldest = Math.Max(index.Files.From, index.Head - _options.DuplicateEntries + 1);
        var from = index.FindByTime(oldest, nowMs - (long)_options.DuplicateWindow.TotalMilliseconds);
        var entries = new StoredEntry[8192];
        while (from <= index.Head && index.Read(from, entries) is var count and > 0)
        {
            foreach (ref readonly var entry in entries.AsSpan(0, count))
                if ((entry.Flags & (EventFlags.Identified | EventFlags.Addressed)) == EventFlags.Identified)
                    AddToShard(shard, StableHash.Mix(entry.KeyHash, entry.IdHash), entry.Sequence, entry.AcceptedAtMs);
            from += count;
        }
    }

    /// <summary>Called once all shards are loaded.</summary>
    public void Loaded(long nowMs)
    {
        Volatile.Write(ref _entries, _shards.Sum(s => s.Marks.Sum(m => (long)m.Count)));
        FindOldest();
        Trim(nowMs);
    }

    private void AddToShard(int shard, ulong hash, long sequence, long acceptedAtMs)
    {
        var into = _shards[shard];
        into.Table.Add(hash, sequence, sequence, into.Floor);
        if (into.Newest is { } mark && mark.Count < _markEntries && acceptedAtMs - mark.OldestMs < MarkMs)
        {
            mark.Count++;
            mark.NewestMs = acceptedAtMs;
        }
        else
        {
            into.Marks.Enqueue(into.Newest = new Mark { First = sequence, OldestMs = acceptedAtMs, NewestMs = acceptedAtMs, Count = 1 });
            if (into.Marks.Count == 1)
                into.Floor = sequence;
        }
    }

    private int? OldestBelow(ReadOnlySpan<long> firsts)
    {
        int? oldest = null;
        for (var i = 0; i < firsts.Length; i++)
        {
            if (_shards[i].Floor < firsts[i] && (oldest is null || OldestOf(_shards[i]) < OldestOf(_shards[oldest.Value])))
                oldest = i;
        }
        return oldest;
    }

    // Drops those ids of the oldest mark that lie below the sequence. The first id of the mark must lie below it.
    private void Drop(Shard shard, long below)
    {
        if (shard.Marks.Skip(1).FirstOrDefault() is { } next && next.First <= below)
        {
            Drop(shard);
            return;
        }
        var mark = shard.Marks.Peek();
        // Not every event has an id that is remembered, so the range can span more sequences than the mark counts ids.
        var ids = (int)Math.Min(mark.Count, below - mark.First);
        (mark.First, shard.Floor) = (below, below);
        mark.Count -= ids;
        Volatile.Write(ref _entries, _entries - ids);
    }

    private void FindOldest() => Volatile.Write(ref _oldestMs, _shards.Min(OldestOf));

    private static long OldestOf(Shard shard) => shard.Marks.TryPeek(out var mark) ? mark.OldestMs : long.MaxValue;

    private void Drop(Shard shard)
    {
        var mark = shard.Marks.Dequeue();
        if (shard.Marks.TryPeek(out var next))
            shard.Floor = next.First;
        else
            (shard.Newest, shard.Floor) = (null, long.MaxValue);
        Volatile.Write(ref _entries, _entries - mark.Count);
    }

    private sealed class Shard
    {
        public readonly DuplicateTable Table = new();
        public readonly Queue<Mark> Marks = new();
        public Mark? Newest;
        public long Floor = long.MaxValue;
    }

    private sealed class Mark
    {
        public long First, OldestMs, NewestMs;
        public int Count;
    }
}
