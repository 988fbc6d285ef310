using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Server.Tests.Publishing;

/// <summary>A log that answers an append only after <see cref="LetGo"/>.</summary>
internal sealed class HeldLog(IEventLog inner) : IEventLog
{
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The failure of the next appends; null when they are accepted.</summary>
    public Exception? Failure { get; set; }

    public int Waiting { get; private set; }
    public int ShardCount => inner.ShardCount;
    public ulong HashSeed => inner.HashSeed;
    public UInt128 HashSecret => inner.HashSecret;

    public void LetGo() => _letGo.SetResult();

    public async ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, CancellationToken cancel)
    {
        Waiting++;
        await _letGo.Task.WaitAsync(cancel);
        if (Failure is not null)
            throw Failure;
        await inner.AppendAsync(events, verdicts, cancel);
    }

    public ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel) =>
        inner.ReadIndexAsync(shard, from, into, cancel);

    public ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel) =>
        inner.ReadEventsAsync(shard, sequences, sink, cancel);

    public ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel) => inner.BoundsAsync(shard, cancel);

    public ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel) => inner.FindByTimeAsync(shard, time, cancel);

    public ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel) =>
        inner.FindByIdAsync(shard, keyHash, idHash, cancel);

    public IDisposable OnHead(Action<ShardId, long> advanced) => inner.OnHead(advanced);
}
