using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Delivery.Tests.Sources;

/// <summary>A log without room in some shards. It accepts the events of the others.</summary>
internal sealed class ScantLog(IEventLog inner) : IEventLog
{
    private readonly HashSet<int> _full = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int ShardCount => inner.ShardCount;
    public ulong HashSeed => inner.HashSeed;
    public UInt128 HashSecret => inner.HashSecret;

    /// <summary>Completes when an event has found no room.</summary>
    public Task Refused => _refused.Task;

    public void Fill(params ReadOnlySpan<int> shards)
    {
        lock (_lock)
        {
            _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
            foreach (var shard in shards)
                _full.Add(shard);
        }
    }

    public void MakeRoom()
    {
        lock (_lock)
            _full.Clear();
    }

    public async ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, CancellationToken cancel)
    {
        int[] taken;
        lock (_lock)
            taken = [.. Enumerable.Range(0, events.Length).Where(i => !_full.Contains(events.Span[i].Shard.Value))];
        verdicts.Span.Fill(new Appended(Verdict.NoRoom, 0));
        var some = new Appended[taken.Length];
        await inner.AppendAsync(taken.Select(i => events.Span[i]).ToArray(), some, cancel);
        for (var i = 0; i < taken.Length; i++)
            verdicts.Span[taken[i]] = some[i];
        if (taken.Length < events.Length)
            _refused.TrySetResult();
    }

    public ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel) => inner.ReadIndexAsync(shard, from, into, cancel);

    public ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel) => inner.ReadEventsAsync(shard, sequences, sink, cancel);

    public ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel) => inner.BoundsAsync(shard, cancel);

    public ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel) => inner.FindByTimeAsync(shard, time, cancel);

    public ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel) => inner.FindByIdAsync(shard, keyHash, idHash, cancel);

    public IDisposable OnHead(Action<ShardId, long> advanced) => inner.OnHead(advanced);
}
