using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Engine.Tests.Stores;

public sealed class LogFollowerTests
{
    private readonly GrowingLog _log = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task From_now_on_only_what_is_accepted_afterwards_is_read()
    {
        _log.Grow(0, 3);
        using var follower = await StartAsync(since: null);
        Assert.Empty(await ReadAsync(follower));
        _log.Grow(0, 2);
        _log.Grow(1, 1);
        var read = await ReadAsync(follower);
        Assert.Equal(["0: 4-5 new", "1: 1-1 new"], read);
        Assert.Empty(await ReadAsync(follower));
    }

    [Fact]
    public async Task What_was_there_at_the_start_ends_with_a_piece_of_its_own()
    {
        _log.Grow(0, 5);
        _log.ByTime = 2;
        using var follower = await StartAsync(DateTimeOffset.UnixEpoch, pieceSize: 3);
        _log.Grow(0, 2);
        var read = await ReadAsync(follower);
        Assert.Equal(["0: 2-4", "0: 5-5", "0: 6-7 new"], read);
    }

    [Fact]
    public async Task The_logs_are_read_in_turn()
    {
        _log.Grow(0, 4);
        _log.Grow(1, 3);
        using var follower = await StartAsync(DateTimeOffset.UnixEpoch, pieceSize: 2);
        var read = await ReadAsync(follower);
        Assert.Equal(["0: 1-2", "1: 1-2", "0: 3-4", "1: 3-3"], read);
    }

    [Fact]
    public async Task A_reading_ends_with_what_was_there_when_it_began()
    {
        using var follower = await StartAsync(since: null, pieceSize: 1);
        _log.Grow(0, 2);
        var read = new List<string>();
        await foreach (var piece in follower.ReadAsync(Cancel))
        {
            read.Add(Text(piece));
            _log.Grow(0, 1);
        }
        Assert.Equal(["0: 1-1 new", "0: 2-2 new"], read);
        await follower.WaitAsync(Cancel);
        Assert.Equal(2, (await ReadAsync(follower)).Count);
    }

    [Fact]
    public async Task A_piece_that_its_reader_could_not_take_comes_again()
    {
        using var follower = await StartAsync(since: null, pieceSize: 2);
        _log.Grow(0, 3);
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var piece in follower.ReadAsync(Cancel))
            {
                if (piece.IsNew)
                    throw new InvalidOperationException("a piece that cannot be taken");
            }
        });
        var read = await ReadAsync(follower);
        Assert.Equal(["0: 1-2 new", "0: 3-3 new"], read);
    }

    [Fact]
    public async Task After_an_outage_of_the_store_reading_goes_on_where_it_was()
    {
        using var follower = await StartAsync(since: null, pieceSize: 1);
        _log.Grow(0, 3);
        await using (var pieces = follower.ReadAsync(Cancel).GetAsyncEnumerator(Cancel))
        {
            Assert.True(await pieces.MoveNextAsync());
            _log.Fault = new StoreUnavailableException("away");
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await pieces.MoveNextAsync());
        }
        _log.Fault = null;
        var read = await ReadAsync(follower);
        Assert.Equal(["0: 2-2 new", "0: 3-3 new"], read);
    }

    [Fact]
    public async Task What_retention_has_freed_is_skipped()
    {
        _log.Grow(0, 5);
        using var follower = await StartAsync(DateTimeOffset.UnixEpoch);
        _log.Free(0, below: 4);
        var read = await ReadAsync(follower);
        Assert.Equal(["0: 4-5"], read);
    }

    [Fact]
    public async Task A_report_ends_the_wait()
    {
        using var follower = await StartAsync(since: null);
        var waiting = follower.WaitAsync(Cancel).AsTask();
        Assert.False(waiting.IsCompleted);
        _log.Grow(1, 1);
        await waiting;
        var read = await ReadAsync(follower);
        Assert.Equal(["1: 1-1 new"], read);
    }

    [Fact]
    public async Task A_report_that_is_ahead_of_the_log_does_not_keep_the_reading_from_its_end()
    {
        using var follower = await StartAsync(since: null);
        _log.Grow(0, 2);
        _log.Report(0, 10);
        var read = await ReadAsync(follower);
        Assert.Equal(["0: 1-2 new"], read);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_log_that_has_grown_unreported_is_read_only_when_that_is_asked_for(bool readsUnreported)
    {
        using var follower = await StartAsync(since: null, readsUnreported: readsUnreported);
        _log.Grow(1, 1, isReported: false);
        _log.Grow(0, 1);
        var read = await ReadAsync(follower);
        string[] expected = readsUnreported ? ["0: 1-1 new", "1: 1-1 new"] : ["0: 1-1 new"];
        Assert.Equal(expected, read);
    }

    private async Task<LogFollower> StartAsync(DateTimeOffset? since, int pieceSize = 100, bool readsUnreported = false)
    {
        var follower = new LogFollower(_log, pieceSize, readsUnreported);
        await follower.StartAsync(since, Cancel);
        return follower;
    }

    private static async Task<List<string>> ReadAsync(LogFollower follower)
    {
        var pieces = new List<string>();
        await foreach (var piece in follower.ReadAsync(Cancel))
            pieces.Add(Text(piece));
        return pieces;
    }

    private static string Text(LogPiece piece) =>
        $"{piece.Shard.Value}: {piece.Entries.Span[0].Sequence}-{piece.Entries.Span[^1].Sequence}{(piece.IsNew ? " new" : "")}";

    /// <summary>The logs of two shards. Their entries consist of their sequences only.</summary>
    private sealed class GrowingLog : IEventLog
    {
        private readonly Listeners<Action<ShardId, long>> _hints = new();
        private readonly long[] _first = [1, 1], _last = [0, 0];

        public int ShardCount => 2;
        public ulong HashSeed => 0;
        public UInt128 HashSecret => 0;

        /// <summary>The first sequence since any time.</summary>
        public long ByTime { get; set; } = 1;

        /// <summary>When set, every read fails with this.</summary>
        public Exception? Fault { get; set; }

        public void Grow(int shard, int count, bool isReported = true)
        {
            _last[shard] += count;
            if (isReported)
                Report(shard, _last[shard]);
        }

        public void Report(int shard, long head)
        {
            foreach (var hear in _hints.All)
                hear(new ShardId(shard), head);
        }

        public void Free(int shard, long below) => _first[shard] = below;

        public ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel)
        {
            if (Fault is not null)
                throw Fault;
            if (from < _first[shard.Value])
                return new(new IndexRead(0, 0, _first[shard.Value]));
            var count = (int)Math.Clamp(_last[shard.Value] - from + 1, 0, into.Length);
            for (var i = 0; i < count; i++)
                into.Span[i] = new IndexEntry { Sequence = from + i };
            return new(new IndexRead(count, 0, from + count));
        }

        public ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel) => new(new LogBounds(_first[shard.Value], _last[shard.Value]));

        public ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel) => new(ByTime);

        public IDisposable OnHead(Action<ShardId, long> advanced) => _hints.Add(advanced);

        public ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, CancellationToken cancel) =>
            throw new NotSupportedException();

        public ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel) =>
            throw new NotSupportedException();

        public ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel) => throw new NotSupportedException();
    }
}
