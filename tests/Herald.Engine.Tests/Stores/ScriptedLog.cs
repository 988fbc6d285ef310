using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.TestKit.Hashes;

namespace Herald.Engine.Tests.Stores;

/// <summary>A log whose seed, bounds and answers by time are set by the test. It keeps the events that are appended.</summary>
internal sealed class ScriptedLog(int shardCount = 4, ulong hashSeed = 42) : IEventLog
{
    public int ShardCount => shardCount;
    public ulong HashSeed => hashSeed;
    public UInt128 HashSecret => OneLane.Secret;
    public List<NewEvent> Appended { get; } = [];
    public LogBounds[] Bounds { get; } = [.. Enumerable.Repeat(new LogBounds(1, 0), shardCount)];
    public Func<ShardId, DateTimeOffset, long> ByTime { get; set; } = (_, _) => 1;

    public ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, CancellationToken cancel)
    {
        Appended.AddRange(events.Span);
        for (var i = 0; i < events.Length; i++)
            verdicts.Span[i] = new Appended(Verdict.Accepted, Appended.Count - events.Length + i + 1);
        return ValueTask.CompletedTask;
    }

    public ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel) => throw new NotSupportedException();

    public ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel) => throw new NotSupportedException();

    public ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel) => new(Bounds[shard.Value]);

    public ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel) => new(ByTime(shard, time));

    public ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel) => throw new NotSupportedException();

    public IDisposable OnHead(Action<ShardId, long> advanced) => throw new NotSupportedException();
}
