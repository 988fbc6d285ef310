using System.Text;
using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Journal.Tests;

/// <summary>
/// A journal of the first release must open for ever. Its directory is committed: v5. The formats v1 to v4 were dropped before there was a
/// release, and are refused. A change of the format needs a fixture of its own beside it. To write a new fixture, run this with
/// HERALD_WRITE_FIXTURE set to a directory.
/// </summary>
public sealed class FixtureTests
{
    private static readonly ShardId Shard = new(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("v5/closed")]
    [InlineData("v5/crashed")]
    public async Task A_journal_of_an_earlier_version_opens_and_serves(string fixture)
    {
        var directory = Path.Combine(Path.GetTempPath(), "herald-fixture-" + Guid.NewGuid().ToString("N")[..12]);
        CopyDirectory(Path.Combine(AppContext.BaseDirectory, "Fixtures", fixture), directory);
        try
        {
            await using var store = await JournalStore.OpenAsync(Options(directory), new StoreClock(), cancel: Cancel);
            await CheckAsync(store);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData("v1/closed", 1)]
    [InlineData("v1/crashed", 1)]
    [InlineData("v2/closed", 1)]
    [InlineData("v2/crashed", 1)]
    [InlineData("v3/closed", 1)]
    [InlineData("v3/crashed", 1)]
    [InlineData("v4/closed", 2)]
    [InlineData("v4/crashed", 2)]
    public async Task A_journal_from_before_the_first_release_is_refused_by_name_and_left_as_it_is(string fixture, int format)
    {
        var directory = Path.Combine(Path.GetTempPath(), "herald-fixture-" + Guid.NewGuid().ToString("N")[..12]);
        CopyDirectory(Path.Combine(AppContext.BaseDirectory, "Fixtures", fixture), directory);
        try
        {
            var before = Contents(directory);
            var refused = await Assert.ThrowsAsync<JournalFormatException>(async () => await JournalStore.OpenAsync(Options(directory), new StoreClock(), cancel: Cancel));
            Assert.Equal((Path.Combine(directory, "identity"), format), (refused.File, refused.Found));
            Assert.Contains("before the first release", refused.Message, StringComparison.Ordinal);
            File.Delete(Path.Combine(directory, "lock"));
            Assert.Equal(before, Contents(directory));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        static Dictionary<string, string> Contents(string directory) => Directory.GetFiles(directory, "*", SearchOption.AllDirectories)
            .ToDictionary(file => file, file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))));
    }

    [Fact]
    public async Task A_fixture_of_the_current_version_is_written_on_demand()
    {
        var directory = Environment.GetEnvironmentVariable("HERALD_WRITE_FIXTURE")
            ?? Path.Combine(Path.GetTempPath(), "herald-fixture-" + Guid.NewGuid().ToString("N")[..12]);
        await using (var store = await JournalStore.OpenAsync(Options(Path.Combine(directory, "closed")), new StoreClock(), cancel: Cancel))
        {
            await WriteAsync(store);
            CopyDirectory(Path.Combine(directory, "closed"), Path.Combine(directory, "crashed"));
            await CheckAsync(store);
        }
        File.Delete(Path.Combine(directory, "closed", "lock"));
        if (Environment.GetEnvironmentVariable("HERALD_WRITE_FIXTURE") is null)
            Directory.Delete(directory, recursive: true);
    }

    private static JournalOptions Options(string directory) => new() { Directory = directory, ShardCount = 2, SegmentBytes = 16 << 10, CheckpointBytes = 16 << 10, MinFreeBytes = 0 };

    private static async Task WriteAsync(JournalStore store)
    {
        var events = new StoreEvents(store, new StoreClock());
        for (var i = 1; i <= 30; i++)
        {
            await store.AppendAsync(new[] { events.Make($"id-{i}", payload: StoreEvents.Payload($"payload {i}"), shard: 1) }, new Appended[1], Cancel);
            await store.SaveSourcePositionAsync(new SourcePosition("source", i), Cancel);
        }
        var epoch = (await store.RenewAsync(Cancel))[1].Epoch;
        await store.CommitAsync(
            new ShardCommit
            {
                Fence = new Fence(Shard, epoch),
                Number = 1,
                Progress = StoreEvents.Payload("progress"),
                IsCheckpoint = true,
                SettledBelow = 10,
                State = [new StateWrite("app", StoreEvents.Payload("key"), StoreEvents.Payload("value"))],
                DeadLetters = [new NewDeadLetter(new DeadLetterId(Shard, 1, 2, 3), "sub", "topic", new DeadLetterReason("max-age", "detail", 4, 503, 5, 6_000_000_000_000), default)],
                History = new HistoryBlock(1, 9, new StoreClock().NowMs, StoreEvents.Payload("history")),
            },
            Cancel);
        await store.ChangeAsync([new CatalogWrite("topic", "t", 0, 0, StoreEvents.Payload("body")), new CatalogWrite("topic", "gone", 0, 0, StoreEvents.Payload("x"))], Cancel);
        await store.ChangeAsync([new CatalogWrite("topic", "gone", 0, 1, null)], Cancel);
    }

    private static async Task CheckAsync(JournalStore store)
    {
        Assert.Equal(new LogBounds(1, 30), await store.BoundsAsync(Shard, Cancel));
        var records = new List<string>();
        await store.ReadEventsAsync(Shard, Enumerable.Range(1, 30).Select(i => (long)i).ToArray(), new Payloads(records), Cancel);
        Assert.Equal(Enumerable.Range(1, 30).Select(i => $"payload {i}"), records);
        Assert.Equal(30, await store.ReadSourcePositionAsync("source", Cancel));

        var verdicts = new Appended[1];
        var again = new StoreEvents(store, new StoreClock()).Make("id-7", payload: StoreEvents.Payload("payload 7"), shard: 1);
        await store.AppendAsync(new[] { again }, verdicts, Cancel);
        Assert.Equal(new Appended(Verdict.Duplicate, 7), verdicts[0]);

        var epoch = (await store.RenewAsync(Cancel))[1].Epoch;
        var progress = await store.LoadAsync(new Fence(Shard, epoch), Cancel);
        Assert.Equal("progress", Encoding.UTF8.GetString(Assert.Single(progress.Records).Span));
        var values = await store.ReadAsync("app", [new StateKey(Shard, StoreEvents.Payload("key"))], Cancel);
        Assert.Equal("value", Encoding.UTF8.GetString(values[0]!.Value.Span));
        var letter = Assert.Single((await store.ListAsync(new DeadLetterQuery(null, null, 10, null), Cancel)).Items);
        Assert.Equal(new DeadLetterReason("max-age", "detail", 4, 503, 5, 6_000_000_000_000), letter.Reason);
        Assert.Equal("payload 3", Encoding.UTF8.GetString(new EventView(letter.Record).Payload.Span));
        Assert.Equal("history", Encoding.UTF8.GetString(Assert.Single(await store.ReadHistoryAsync(Shard, 5, Cancel)).Block.Span));
        var catalog = await store.ReadAsync(0, 1000, Cancel);
        Assert.Equal((2, "body", false), (catalog.Version, Encoding.UTF8.GetString(catalog.Records[0].Body!.Value.Span), catalog.Records[1].Body.HasValue));
    }

    private static void CopyDirectory(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) == "lock")
                continue;
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private sealed class Payloads(List<string> into) : IEventSink
    {
        public void OnEvent(long sequence, ReadOnlySpan<byte> record) =>
            into.Add(Encoding.UTF8.GetString(new EventView(record.ToArray()).Payload.Span));

        public void OnDamaged(long sequence, string damage) => Assert.Fail(damage);
    }
}
