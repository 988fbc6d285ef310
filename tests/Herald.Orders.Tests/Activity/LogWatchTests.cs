using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Orders.Activity;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Herald.Orders.Tests.Activity;

public sealed class LogWatchTests
{
    private readonly GrowingLog _log = new();
    private readonly List<long> _taken = [];
    private readonly TaskCompletionSource _tookThree = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _refused = -1;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_entry_that_cannot_be_taken_costs_itself_and_those_behind_it_are_taken()
    {
        _log.Grow();
        using var watch = new LogWatch(_log, TakeAsync, TimeProvider.System, NullLogger.Instance);
        await watch.StartAsync(DateTimeOffset.UnixEpoch, Cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var running = watch.RunAsync(stop.Token);
        await watch.CaughtUp.WaitAsync(Cancel);
        _refused = 2;
        _log.Grow();
        _log.Grow();
        await _tookThree.Task.WaitAsync(Cancel);
        await stop.CancelAsync();
        await running;
        Assert.Equal([1, 3], _taken);
        Assert.False(watch.HasFailed);
    }

    [Fact]
    public async Task An_entry_from_before_that_cannot_be_taken_ends_it_and_it_says_so()
    {
        _log.Grow();
        _refused = 1;
        using var watch = new LogWatch(_log, TakeAsync, TimeProvider.System, NullLogger.Instance);
        await watch.StartAsync(DateTimeOffset.UnixEpoch, Cancel);
        await watch.RunAsync(Cancel);
        await Assert.ThrowsAsync<InvalidOperationException>(() => watch.CaughtUp);
        Assert.True(watch.HasFailed);
    }

    private ValueTask TakeAsync(LogPiece piece, CancellationToken cancel)
    {
        foreach (var entry in piece.Entries.Span)
        {
            if (entry.Sequence == _refused)
                throw new InvalidOperationException("an entry that nobody can take");
            _taken.Add(entry.Sequence);
            if (entry.Sequence == 3)
                _tookThree.TrySetResult();
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>The log of one shard. Its entries consist of their sequences only and are read one at a time.</summary>
    private sealed class GrowingLog : IEventLog
    {
        private readonly Listeners<Action<ShardId, long>> _hints = new();
        private long _last;

        public int ShardCount => 1;
        public ulong HashSeed => 0;
        public UInt128 HashSecret => 0;

        public void Grow()
        {
            var last = Interlocked.Increment(ref _last);
            foreach (var hear in _hints.All)
                hear(new ShardId(0), last);
        }

        public ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel)
        {
            if (from > Volatile.Read(ref _last))
                return new(new IndexRead(0, 0, from));
            into.Span[0] = new IndexEntry { Sequence = from };
            return new(new IndexRead(1, 0, from + 1));
        }

        public ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel) => new(new LogBounds(1, Volatile.Read(ref _last)));

        public ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel) => new(1);

        public IDisposable OnHead(Action<ShardId, long> advanced) => _hints.Add(advanced);

        public ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, CancellationToken cancel) =>
            throw new NotSupportedException();

        public ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel) => throw new NotSupportedException();

        public ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel) => throw new NotSupportedException();
    }
}
