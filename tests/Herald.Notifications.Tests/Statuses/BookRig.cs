using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Messages;
using Herald.Notifications.Reading;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Tests.Statuses;

/// <summary>The books of some shards over the engine's own batches and a state in memory, with readers as on another node.</summary>
internal sealed class BookRig : IDisposable
{
    public const long StartMs = 1_800_000_000_000;
    public static readonly TimeSpan KeepFor = TimeSpan.FromDays(30);

    private readonly int _shards;
    private readonly DirectoryView _directories;
    private Work[] _work = [];

    public BookRig(int shards = 1, long tableMemory = 128 << 20, TimeProvider? time = null)
    {
        _shards = shards;
        ReaderTables = new BlockTables(tableMemory);
        var entries = new StateEntries(State, "notifications");
        _directories = new DirectoryView(entries, shards, time ?? TimeProvider.System);
        Reader = new StatusReader(entries, _directories, ReaderTables, ShardOf);
        List = new StatusList(entries, _directories);
        Counts = new StatusCounts(entries, _directories);
        Restart();
    }

    public MemoryState State { get; } = new();

    public BlockTables ReaderTables { get; }

    public StatusReader Reader { get; }

    public StatusList List { get; }

    public StatusCounts Counts { get; }

    public long NowMs { get; set; } = StartMs;

    public ShardId ShardOf(Guid uuid) => new((int)(StableHash.Of(uuid.ToByteArray(), 0) % (ulong)_shards));

    /// <summary>The application and its memory are gone; the state stays.</summary>
    public void Restart()
    {
        var tables = new BlockTables(128 << 20);
        _work = [.. Enumerable.Range(0, _shards).Select(shard => new Work(
            new StatusBook(new ShardId(shard), tables, KeepFor, new UInt128(1, (ulong)shard)),
            new ApplicationTrial(new ShardId(shard), "notifications", State, null!, null!)))];
    }

    /// <param name="uuids">Needed uuids.</param>
    /// <param name="fails">The batch ends with a failure, so nothing is saved.</param>
    public async Task InBatchAsync(int shard, IEnumerable<Guid> uuids, Func<StatusBook, Task> work, bool fails = false)
    {
        _work[shard].Do = async (book, batch) =>
        {
            book.Begin(batch);
            foreach (var uuid in uuids)
                book.Need(uuid);
            await book.OpenAsync(default);
            await book.LoadAsync(default);
            await work(book);
            await book.SaveAsync(default);
            if (fails)
                throw new PlannedException();
        };
        try
        {
            var changes = await _work[shard].Trial.ProcessAsync(
                _work[shard], [], DateTimeOffset.FromUnixTimeMilliseconds(NowMs), default);
            State.Apply(shard, changes.State);
        }
        catch (PlannedException) when (fails)
        {
            // As the engine does after a failure: the next batch begins anew.
        }
    }

    /// <summary>Adds rows in one batch for each shard.</summary>
    public async Task AddAsync(params IReadOnlyList<Row> rows)
    {
        foreach (var group in rows.GroupBy(row => ShardOf(row.Uuid).Value))
            await InBatchAsync(group.Key, [], book =>
            {
                foreach (var row in group)
                    book.Add(row);
                return Task.CompletedTask;
            });
    }

    public Task ChangeAsync(Guid uuid, Func<Row, Row> change) => InBatchAsync(ShardOf(uuid).Value, [uuid], book =>
    {
        book.Change(change(book.Find(uuid)!));
        return Task.CompletedTask;
    });

    /// <summary>Ticks until nothing is left to forget.</summary>
    /// <returns>How many ticks did something.</returns>
    public async Task<int> ForgetAsync(int shard = 0)
    {
        for (var count = 0; ; count++)
        {
            var isMore = false;
            await InBatchAsync(shard, [], async book => isMore = await book.ForgetOneAsync(NowMs, default));
            if (!isMore)
                return count;
        }
    }

    public async Task<Row?> FindAsync(Guid uuid) => await Reader.FindAsync(uuid, default);

    public static Row NewRow(Random random, long acceptedMs, string? recipient = null)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Row
        {
            Uuid = new Guid(bytes),
            Content = new UInt128(0, (ulong)random.NextInt64()),
            Destination = (Destination)random.Next(4),
            AcceptedAtMs = acceptedMs,
            Recipient = recipient,
        };
    }

    public void Dispose() => _directories.Dispose();

    private sealed class PlannedException : Exception;

    private sealed class Work(StatusBook book, ApplicationTrial trial) : IShardApplication
    {
        public ApplicationTrial Trial => trial;

        public Func<StatusBook, ApplicationBatch, Task> Do { get; set; } = null!;

        public TimeSpan TickEvery => TimeSpan.FromSeconds(5);

        public async ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel) => await Do(book, batch);
    }
}
