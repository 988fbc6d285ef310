using Herald.Engine.Events;
using Herald.Engine.Shards;
using Herald.Engine.Stores;

namespace Herald.Kafka.Tests.Sources;

/// <summary>A log that can be unavailable. It then refuses appends as a store does whose database is gone.</summary>
internal sealed class SwitchedLog(IEventLog inner) : IEventLog
{
    private volatile bool _away;
    private volatile TaskCompletionSource? _held;
    private int _refused;

    public bool IsAway { get => _away; set => _away = value; }

    /// <summary>The number of refused appends.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public int ShardCount => inner.ShardCount;
    public ulong HashSeed => inner.HashSeed;
    public UInt128 HashSecret => inner.HashSecret;

    /// <summary>Appends wait until <see cref="LetGo"/>.</summary>
    public void Hold() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetGo() => _held?.TrySetResult();

    public async ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, CancellationToken cancel)
    {
        if (_held is { } held)
            await held.Task.WaitAsync(cancel);
        if (_away)
        {
            Interlocked.Increment(ref _refused);
            throw new StoreUnavailableException("The test has switched the store off.");
        }
        await inner.AppendAsync(events, verdicts, cancel);
    }

    public ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel) => inner.ReadIndexAsync(shard, from, into, cancel);

    public ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel) => inner.ReadEventsAsync(shard, sequences, sink, cancel);

    public ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel) => inner.BoundsAsync(shard, cancel);

    public ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel) => inner.FindByTimeAsync(shard, time, cancel);

    public ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel) => inner.FindByIdAsync(shard, keyHash, idHash, cancel);

    public IDisposable OnHead(Action<ShardId, long> advanced) => inner.OnHead(advanced);
}
