using Herald.Engine.Events;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Journal;

namespace Herald.Nats.Tests.Sources;

/// <summary>A log that can be away, or take what it is given and never say so.</summary>
internal sealed class SwitchedLog(JournalStore inner) : IEventLog, ISourcePositions
{
    private volatile bool _isAway, _isMute;
    private int _refused, _unanswered;

    public bool IsAway { get => _isAway; set => _isAway = value; }

    /// <summary>Appends that found it away.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public bool IsMute { get => _isMute; set => _isMute = value; }

    /// <summary>Appends of events that are durable, and were not answered.</summary>
    public int Unanswered => Volatile.Read(ref _unanswered);

    public int ShardCount => inner.ShardCount;
    public ulong HashSeed => inner.HashSeed;
    public UInt128 HashSecret => inner.HashSecret;

    public async ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, CancellationToken cancel)
    {
        RefuseIfAway();
        await inner.AppendAsync(events, verdicts, cancel);
        if (!_isMute)
            return;
        Interlocked.Increment(ref _unanswered);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
    }

    public ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel) => inner.ReadIndexAsync(shard, from, into, cancel);

    public ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel) => inner.ReadEventsAsync(shard, sequences, sink, cancel);

    public ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel) => inner.BoundsAsync(shard, cancel);

    public ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel) => inner.FindByTimeAsync(shard, time, cancel);

    public ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel) => inner.FindByIdAsync(shard, keyHash, idHash, cancel);

    public IDisposable OnHead(Action<ShardId, long> advanced) => inner.OnHead(advanced);

    public ValueTask<long?> ReadSourcePositionAsync(string source, CancellationToken cancel) => inner.ReadSourcePositionAsync(source, cancel);

    public ValueTask SaveSourcePositionAsync(SourcePosition position, CancellationToken cancel)
    {
        RefuseIfAway();
        return inner.SaveSourcePositionAsync(position, cancel);
    }

    private void RefuseIfAway()
    {
        if (!_isAway)
            return;
        Interlocked.Increment(ref _refused);
        throw new StoreUnavailableException("The test has switched it off.");
    }
}
