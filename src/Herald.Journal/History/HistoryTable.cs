using Herald.Engine.Stores;
using Herald.Journal.Frames;
using Herald.Journal.Segments;

namespace Herald.Journal.History;

/// <summary>The places of the blocks of attempt history, oldest first, bounded by bytes and age.</summary>
/// <remarks>
/// Dropping a block writes nothing to the log: the next opening applies the same bounds. The writer changes the table once a change is
/// durable; any thread can read it.
/// </remarks>
internal sealed class HistoryTable
{
    private const byte Moved = 1;

    private readonly SegmentLog _segments;
    private readonly DamageLog _damages;
    private readonly JournalOptions _options;
    private readonly Lock _gate = new();
    private readonly Queue<Block> _all = new();
    private readonly Queue<Block>[] _byShard;
    private long _bytes;

    public HistoryTable(SegmentLog segments, DamageLog damages, JournalOptions options, int shards)
    {
        (_segments, _damages) = (segments, damages);
        _options = options;
        _byShard = new Queue<Block>[shards];
        for (var i = 0; i < shards; i++)
            _byShard[i] = new Queue<Block>();
    }

    public IReadOnlyList<HistoryBlock> Read(int shard, long sequence)
    {
        Block[] touching;
        lock (_gate)
            touching = [.. _byShard[shard].Where(b => b.First <= sequence && sequence <= b.Last)];
        var blocks = new List<HistoryBlock>(touching.Length);
        foreach (var block in touching)
            if (ReadBlock(block) is { } bytes)
                blocks.Add(new HistoryBlock(block.First, block.Last, block.WrittenAtMs, bytes));
        return blocks;
    }

    public static int MaxBytes(HistoryBlock? block) => block is null ? 0 : 64 + block.Block.Length;

    public static void Write(FrameBuffer frame, int shard, HistoryBlock block) =>
        Write(frame, shard, block.First, block.Last, block.WrittenAtMs, default, block.Block.Span);

    /// <summary>Writes a block again at the end of the log; writes nothing if the block was dropped or is damaged.</summary>
    public void CopyForward(FrameBuffer frame, Block block)
    {
        if (ReadBlock(block) is { } bytes)
            Write(frame, block.Shard, block.First, block.Last, block.WrittenAtMs, block.Location, bytes);
    }

    public void Apply(ref EntryReader entry, Location location, int bytes)
    {
        long first = entry.Long(), last = entry.Long(), writtenAtMs = entry.Long();
        var from = entry.Location();
        lock (_gate)
        {
            if ((entry.Flags & Moved) == 0)
                Put(new Block(entry.Shard, first, last, writtenAtMs, bytes) { Location = location });
            else if (_byShard[entry.Shard].FirstOrDefault(b => b.Location == from) is { } moved)
                moved.Location = location;
        }
    }

    /// <summary>
    /// Returns null when the block was dropped or is damaged. History is only for people to read; no other data depends on it.
    /// </summary>
    public byte[]? ReadBlock(Block block)
    {
        while (true)
        {
            var location = block.Location;
            var bytes = new byte[block.Bytes];
            try
            {
                if (_segments.TryRead(location, bytes))
                {
                    if (FrameBuffer.IsEntry(bytes) && bytes[0] == (byte)EntryType.History)
                        return ValueOf(bytes);
                    _damages.Met(_segments.PathOf(location.Segment), location.Offset,
                        "a block of attempt history differs from what was written");
                    return null;
                }
            }
            catch (IOException failure)
            {
                _damages.Met(
                    _segments.PathOf(location.Segment), location.Offset, $"a block of attempt history cannot be read: {failure.Message}");
                return null;
            }
            // The block was copied forward since (then its location has changed), or it was dropped and its segment removed.
            if (block.Location == location)
                return null;
        }
    }

    public void Trim(long nowMs)
    {
        var oldest = nowMs - (long)_options.HistoryAge.TotalMilliseconds;
        lock (_gate)
            while (_all.TryPeek(out var block) && block.WrittenAtMs < oldest)
                DropOldest();
    }

    public List<Block> In(uint segment)
    {
        lock (_gate)
            return [.. _all.Where(b => b.Location.Segment == segment)];
    }

    /// <summary>Drops the blocks that lie in the segment.</summary>
    public void Forget(uint segment)
    {
        lock (_gate)
        {
            if (_all.All(block => block.Location.Segment != segment))
                return;
            foreach (var queue in _byShard.Prepend(_all))
            {
                Block[] others = [.. queue.Where(block => block.Location.Segment != segment)];
                queue.Clear();
                foreach (var block in others)
                    queue.Enqueue(block);
            }
            _bytes = _all.Sum(block => (long)block.Bytes);
        }
    }

    public Block[] Snapshot()
    {
        lock (_gate)
            return [.. _all.Select(b => b.Copy())];
    }

    public static void Save(FrameBuffer frame, Block block)
    {
        frame.Add(block.Shard);
        frame.Add(block.First);
        frame.Add(block.Last);
        frame.Add(block.WrittenAtMs);
        frame.Add(block.Bytes);
        frame.Add(block.Location);
    }

    public void Load(ref EntryReader entry) => Put(new Block(entry.Int(), entry.Long(), entry.Long(), entry.Long(), entry.Int())
    {
        Location = entry.Location(),
    });

    private static void Write(
        FrameBuffer frame, int shard, long first, long last, long writtenAtMs, Location from, ReadOnlySpan<byte> bytes)
    {
        frame.Begin(EntryType.History, shard, from.IsNone ? (byte)0 : Moved);
        frame.Add(first);
        frame.Add(last);
        frame.Add(writtenAtMs);
        frame.Add(from);
        frame.AddSized(bytes);
        frame.End();
    }

    private static byte[] ValueOf(byte[] bytes)
    {
        var entry = new EntryReader(bytes);
        entry.MoveNext();
        entry.Take(32);
        return entry.Sized().ToArray();
    }

    private void Put(Block block)
    {
        _all.Enqueue(block);
        _byShard[block.Shard].Enqueue(block);
        _bytes += block.Bytes;
        while (_bytes > _options.HistoryBytes && _all.Count > 0)
            DropOldest();
    }

    private void DropOldest()
    {
        var block = _all.Dequeue();
        _byShard[block.Shard].Dequeue();
        _bytes -= block.Bytes;
    }

    internal sealed class Block(int shard, long first, long last, long writtenAtMs, int bytes)
    {
        private long _location;

        public int Shard { get; } = shard;
        public long First { get; } = first;
        public long Last { get; } = last;
        public long WrittenAtMs { get; } = writtenAtMs;
        public int Bytes { get; } = bytes;

        public Location Location
        {
            get => Volatile.Read(ref _location) is var both ? new Location((uint)(both >> 32), (uint)both) : default;
            set => Volatile.Write(ref _location, ((long)value.Segment << 32) | value.Offset);
        }

        public Block Copy() => new(Shard, First, Last, WrittenAtMs, Bytes) { Location = Location };
    }
}
