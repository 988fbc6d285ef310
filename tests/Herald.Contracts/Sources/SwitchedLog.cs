using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Contracts.Sources;

/// <summary>A log that can be unavailable, as a store is whose database is gone; or append events and never answer.</summary>
public sealed class SwitchedLog(IEventLog inner, ISourcePositions positions) : IEventLog, ISourcePositions
{
    private volatile bool _isAway;
    private volatile TaskCompletionSource? _held;
    private int _refused, _unanswered, _answersLeft = int.MaxValue;

    public bool IsAway { get => _isAway; set => _isAway = value; }

    /// <summary>The number of refused appends.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>After so many more appends, appends are durable and are not answered.</summary>
    public void MuteAfter(int appends) => Volatile.Write(ref _answersLeft, appends);

    /// <summary>The number of appends that are durable and were not answered.</summary>
    public int Unanswered => Volatile.Read(ref _unanswered);

    /// <summary>Appends wait until <see cref="LetGo"/>.</summary>
    public void Hold() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetGo() => _held?.TrySetResult();

    public int ShardCount => inner.ShardCount;
    public ulong HashSeed => inner.HashSeed;
    public UInt128 HashSecret => inner.HashSecret;

    public async ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, CancellationToken cancel)
    {
        if (_held is { } held)
            await held.Task.WaitAsync(cancel);
        RefuseIfAway();
        await inner.AppendAsync(events, verdicts, cancel);
        if (Interlocked.Decrement(ref _answersLeft) >= 0)
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

    public ValueTask<long?> ReadSourcePositionAsync(string source, CancellationToken cancel) => positions.ReadSourcePositionAsync(source, cancel);

    public ValueTask SaveSourcePositionAsync(SourcePosition position, CancellationToken cancel)
    {
        RefuseIfAway();
        return positions.SaveSourcePositionAsync(position, cancel);
    }

    private void RefuseIfAway()
    {
        if (!_isAway)
            return;
        Interlocked.Increment(ref _refused);
        throw new StoreUnavailableException("The test has switched the store off.");
    }
}
