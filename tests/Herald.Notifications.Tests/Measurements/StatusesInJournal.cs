using System.Globalization;
using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal;
using Herald.Notifications.Reading;
using Herald.Notifications.Statuses;
using Herald.Notifications.Tests.Statuses;

namespace Herald.Notifications.Tests.Measurements;

/// <summary>
/// Puts many rows into a journal, as 30 days of posts, and then measures a start of the store and its readers. It runs only when asked for.
/// HERALD_ROWS sets the number of rows, HERALD_MEASURED the file for the result.
/// </summary>
public sealed class StatusesInJournal : IDisposable
{
    private const int Shards = 16, Batch = 2048;
    private static readonly TimeSpan Days = TimeSpan.FromDays(29);

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"herald-statuses-{Guid.NewGuid():N}");
    private readonly List<string> _lines = [];
    private readonly List<Guid> _known = [];
    private readonly int _rows =
        int.Parse(Environment.GetEnvironmentVariable("HERALD_ROWS") ?? "2000000", CultureInfo.InvariantCulture);
    private readonly long _stepMs;

    public StatusesInJournal() => _stepMs = (long)(Days.TotalMilliseconds / _rows);

    private long EndMs => BookRig.StartMs + (_rows * _stepMs);

    [Fact(Explicit = true)]
    public async Task Readers_of_many_rows_are_fast_and_need_little_memory()
    {
        await FillAsync();
        var began = TimeProvider.System.GetTimestamp();
        await using var store = await OpenAsync();
        var start = TimeProvider.System.GetElapsedTime(began);
        Note($"start of the store: {start.TotalSeconds:0.00} s");

        var tables = new BlockTables(128 << 20);
        var entries = new StateEntries(store, "notifications");
        using var directories = new DirectoryView(entries, Shards, TimeProvider.System);
        var reader = new StatusReader(entries, directories, tables, ShardOf);
        var list = new StatusList(entries, directories);
        var random = new Random(2);
        var results = new List<TimeSpan>
        {
            await MeasureAsync(
                "find, tables not in memory yet", 500, async () => Assert.NotNull(await reader.FindAsync(Any(random), default))),
        };
        foreach (var _ in Enumerable.Range(0, 3000))
            await reader.FindAsync(Any(random), default);
        results.Add(await MeasureAsync("find", 3000, async () => Assert.NotNull(await reader.FindAsync(Any(random), default))));
        results.Add(await MeasureAsync(
            "find an unknown one", 3000, async () => Assert.Null(await reader.FindAsync(BookRig.NewRow(random, 0).Uuid, default))));
        results.Add(await MeasureAsync("list", 300, () => ListAsync(list, new ListQuery(50))));
        results.Add(await MeasureAsync(
            "list FAILED", 300, () => ListAsync(list, new ListQuery(50, NotificationStatus.Failed))));
        results.Add(await MeasureAsync("list of one recipient", 300, () => ListAsync(
            list, new ListQuery(50, Recipient: RecipientOf(random.Next(_rows))))));
        results.Add(await MeasureAsync("list up to a time", 300, () => ListAsync(
            list, new ListQuery(50, ToMs: BookRig.StartMs + (random.NextInt64(1, _rows) * _stepMs)))));

        GC.Collect();
        var memory = Environment.WorkingSet;
        Note($"memory of the process: {memory >> 20} MiB, tables {tables.Bytes >> 20} MiB");
        Assert.InRange(results.Max().TotalMilliseconds, 0, 50);
        Assert.InRange(start.TotalSeconds, 0, 5);
        Assert.InRange(memory >> 20, 0, 500);
    }

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("HERALD_MEASURED") is { } file)
            File.WriteAllLines(file, _lines);
        Directory.Delete(_directory, recursive: true);
    }

    private static ShardId ShardOf(Guid uuid) => ShardId.Of(StableHash.Of(uuid.ToByteArray(bigEndian: true), 0), Shards);

    private static string RecipientOf(int number) => $"user-{number % 500_000}@mail.example.org";

    private Guid Any(Random random) => _known[random.Next(_known.Count)];

    private ValueTask<JournalStore> OpenAsync() => JournalStore.OpenAsync(
        new JournalOptions { Directory = _directory, MinFreeBytes = 0, ShardCount = Shards }, TimeProvider.System, null, default);

    private async Task FillAsync()
    {
        await using var store = await OpenAsync();
        var began = TimeProvider.System.GetTimestamp();
        var leases = await store.RenewAsync(default);
        var tables = new BlockTables(128 << 20);
        var random = new Random(1);
        var fillers = leases.OrderBy(lease => lease.Shard.Value).Select(lease => new Filler(store, lease, tables)).ToArray();
        for (var number = 0; number < _rows; number++)
        {
            var row = BookRig.NewRow(random, BookRig.StartMs + (number * _stepMs), RecipientOf(number)) with
            {
                Status = number % 1000 == 0 ? NotificationStatus.Failed : NotificationStatus.Processed,
                Attempts = 1,
                FirstAttemptAtMs = BookRig.StartMs + (number * _stepMs) + 20,
                SettledAtMs = BookRig.StartMs + (number * _stepMs) + 90,
                LastWords = "250 2.0.0 Ok: queued as 4F1C2D",
            };
            if (number % 200 == 0)
                _known.Add(row.Uuid);
            var filler = fillers[ShardOf(row.Uuid).Value];
            filler.Rows.Add(row);
            if (filler.Rows.Count == Batch)
                await filler.SaveAsync();
        }
        foreach (var filler in fillers)
            await filler.SaveAsync();
        var bytes = new DirectoryInfo(_directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        Note($"{_rows} rows in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} s, {bytes >> 20} MiB on disk");
    }

    private static async Task ListAsync(StatusList list, ListQuery query) => Assert.NotEmpty((await list.ListAsync(query, default)).Items);

    private async Task<TimeSpan> MeasureAsync(string name, int count, Func<Task> work)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < count; i++)
        {
            var began = TimeProvider.System.GetTimestamp();
            await work();
            times.Add(TimeProvider.System.GetElapsedTime(began));
        }
        times.Sort();
        var (middle, late) = (times[count / 2], times[count * 99 / 100]);
        Note($"{name}: p50 {middle.TotalMilliseconds:0.00} ms, p99 {late.TotalMilliseconds:0.00} ms");
        return late;
    }

    private void Note(string line)
    {
        _lines.Add(line);
        TestContext.Current.TestOutputHelper?.WriteLine(line);
    }

    /// <summary>Writes the rows of one shard, as its application would.</summary>
    private sealed class Filler(JournalStore store, Lease lease, BlockTables tables) : IShardApplication
    {
        private readonly StatusBook _book = new(lease.Shard, tables, TimeSpan.FromDays(30), new UInt128(7, (ulong)lease.Shard.Value));
        private ApplicationTrial? _trial;
        private long _number;

        public List<Row> Rows { get; } = [];

        public TimeSpan TickEvery => TimeSpan.FromSeconds(5);

        public async Task SaveAsync()
        {
            // A trial keeps all state that it has read, so it is replaced often.
            if (_number % 4 == 0)
                _trial = new ApplicationTrial(lease.Shard, "notifications", store, null!, null!);
            var now = Rows.Count == 0 ? BookRig.StartMs : Rows[^1].AcceptedAtMs;
            var changes = await _trial!.ProcessAsync(this, [], DateTimeOffset.FromUnixTimeMilliseconds(now), default);
            await store.CommitAsync(
                new ShardCommit { Fence = new Fence(lease.Shard, lease.Epoch), Number = ++_number, State = changes.State }, default);
            Rows.Clear();
        }

        public async ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel)
        {
            _book.Begin(batch);
            await _book.OpenAsync(cancel);
            await _book.LoadAsync(cancel);
            foreach (var row in Rows)
                _book.Add(row);
            await _book.SaveAsync(cancel);
        }
    }
}
