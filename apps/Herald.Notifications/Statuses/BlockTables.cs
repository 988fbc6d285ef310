using Herald.Engine.Events;

namespace Herald.Notifications.Statuses;

/// <summary>
/// The parts of uuid tables in memory, one object per node for the door, for readers and for the application. Above the bound, parts that
/// were not used since the last round go, and are read from the store when they are needed.
/// </summary>
internal sealed class BlockTables(long maxBytes)
{
    // Bytes of an entry besides the part's own.
    private const int Overhead = 160;

    private readonly Lock _gate = new();
    private readonly Dictionary<(ShardId Shard, long Block, int Part), Entry> _entries = [];
    private readonly Queue<(ShardId Shard, long Block, int Part)> _order = new();

    private long _bytes, _dropped;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>How many parts had to go because of the bound.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <param name="id">The part is used only if it belongs to this table. So nothing uncommitted is mistaken for stored state.</param>
    public TablePart? Find(ShardId shard, long block, int part, ulong id)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue((shard, block, part), out var entry) || entry.Part.Id != id)
                return null;
            entry.IsUsed = true;
            return entry.Part;
        }
    }

    public void Put(ShardId shard, long block, int number, TablePart part)
    {
        var key = (shard, block, number);
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var entry))
                _bytes -= entry.Part.Bytes;
            else
            {
                _entries.Add(key, entry = new Entry());
                _order.Enqueue(key);
                _bytes += Overhead;
            }
            entry.Part = part;
            _bytes += part.Bytes;
            while (_bytes > maxBytes && _order.Count > 1)
                DropOne_NeedsLock();
        }
    }

    /// <summary>Removes what is known of a block that was forgotten.</summary>
    public void Remove(ShardId shard, long block)
    {
        lock (_gate)
            for (var part = 0; part < Tag.Parts; part++)
                // Its place in the order goes when its turn comes.
                if (_entries.Remove((shard, block, part), out var entry))
                    _bytes -= entry.Part.Bytes + Overhead;
    }

    private void DropOne_NeedsLock()
    {
        var key = _order.Dequeue();
        if (!_entries.TryGetValue(key, out var entry))
            return;
        if (entry.IsUsed)
        {
            entry.IsUsed = false;
            _order.Enqueue(key);
            return;
        }
        _entries.Remove(key);
        _bytes -= entry.Part.Bytes + Overhead;
        _dropped++;
    }

    private sealed class Entry
    {
        public TablePart Part { get; set; } = null!;

        public bool IsUsed { get; set; }
    }
}
