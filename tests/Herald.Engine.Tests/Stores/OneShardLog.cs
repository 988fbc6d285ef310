using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.TestKit.Hashes;

namespace Herald.Engine.Tests.Stores;

/// <summary>The log of one shard in memory. Tests can free its beginning and see which events were read whole.</summary>
internal sealed class OneShardLog : IEventLog
{
    private readonly Lock _gate = new();
    private readonly List<(IndexEntry Entry, byte[] Record)> _events = [];
    private readonly HashSet<long> _damaged = [];
    private long _first = 1;
    private long[] _kept = [];
    private Action<ShardId, long>? _advanced;

    public int ShardCount => 1;
    public ulong HashSeed => 42;
    public UInt128 HashSecret => OneLane.Secret;
    public static ShardId Shard => new(0);

    /// <summary>The sequences of each call that read whole events.</summary>
    public List<long[]> Reads { get; } = [];

    /// <summary>Runs before each reading of whole events.</summary>
    public Action OnReading { get; set; } = () => { };

    /// <summary>The most entries that one reading returns.</summary>
    public int MostEntries { get; set; } = int.MaxValue;

    /// <summary>The lowest catalog version with which entries may be routed.</summary>
    public long CatalogVersion { get; set; }

    /// <summary>The bounds are answered after this.</summary>
    public Task BoundsAfter { get; set; } = Task.CompletedTask;

    /// <summary>When set, every read fails with this.</summary>
    public Exception? Fault { get; set; }

    /// <summary>When set, every append is refused for lack of room.</summary>
    public bool IsFull { get; set; }

    /// <summary>When set, every append fails with this.</summary>
    public Exception? AppendFault { get; set; }

    /// <summary>The records of all events.</summary>
    public byte[][] Records
    {
        get
        {
            lock (_gate)
                return [.. _events.Select(e => e.Record)];
        }
    }

    public IndexEntry[] Entries
    {
        get
        {
            lock (_gate)
                return [.. _events.Select(e => e.Entry)];
        }
    }

    /// <summary>
    /// Acts as retention: frees the events below the sequence, except <paramref name="kept"/>, which belong to waiting keys.
    /// </summary>
    public void Free(long below, params long[] kept)
    {
        lock (_gate)
            (_first, _kept) = (below, kept);
    }

    /// <summary>Makes the record of the event unreadable.</summary>
    public void Damage(long sequence)
    {
        lock (_gate)
            _damaged.Add(sequence);
    }

    public ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, CancellationToken cancel)
    {
        if (AppendFault is not null)
            throw AppendFault;
        if (IsFull)
        {
            verdicts.Span.Fill(new Appended(Verdict.NoRoom, 0));
            return ValueTask.CompletedTask;
        }
        lock (_gate)
        {
            for (var i = 0; i < events.Length; i++)
            {
                var (index, record) = (events.Span[i].Index, events.Span[i].Record.ToArray());
                _events.Add((index with { Sequence = _events.Count + 1, Size = record.Length }, record));
                verdicts.Span[i] = new Appended(Verdict.Accepted, _events.Count);
            }
        }
        _advanced?.Invoke(Shard, _events.Count);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (Fault is not null)
                throw Fault;
            if (from < _first)
            {
                var left = _kept.Where(sequence => sequence >= from).Select(sequence => _events[(int)sequence - 1].Entry).ToArray();
                left.CopyTo(into);
                return new(new IndexRead(left.Length, CatalogVersion, _first));
            }
            var entries = _events.Skip((int)from - 1).Take(Math.Min(into.Length, MostEntries)).Select(e => e.Entry).ToArray();
            entries.CopyTo(into);
            return new(new IndexRead(entries.Length, CatalogVersion, from + entries.Length));
        }
    }

    public ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel)
    {
        OnReading();
        lock (_gate)
        {
            Reads.Add(sequences.ToArray());
            foreach (var sequence in sequences.Span)
                if (_damaged.Contains(sequence))
                    sink.OnDamaged(sequence, $"event {sequence} is damaged");
                else if ((sequence >= _first || _kept.Contains(sequence)) && sequence <= _events.Count)
                    sink.OnEvent(sequence, _events[(int)sequence - 1].Record);
        }
        return ValueTask.CompletedTask;
    }

    public async ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel)
    {
        await BoundsAfter;
        lock (_gate)
            return new LogBounds(_first, _events.Count);
    }

    public ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel) => throw new NotSupportedException();

    public ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel) => new(0);

    public IDisposable OnHead(Action<ShardId, long> advanced)
    {
        _advanced += advanced;
        return new Watch(() => _advanced -= advanced);
    }

    private sealed class Watch(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
