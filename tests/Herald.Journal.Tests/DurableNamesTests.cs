using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Transfer;
using Herald.Journal.Files;
using Herald.Journal.Tests.Faults;
using Herald.Journal.Transfer;
using Xunit;

namespace Herald.Journal.Tests;

/// <summary>
/// A store and a copy of it are there after a loss of power, which can take every directory whose name was not synced, also those above
/// the data directory.
/// </summary>
public sealed class DurableNamesTests
{
    private const int Seeds = 20;
    private const string New = "/new/below/data";

    private readonly StoreClock _clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_a_new_store()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var files = new FaultyFiles();
            await FillAsync(files, New);
            await AssertKeptAsync(files, seed);
        }
    }

    [Fact]
    public async Task Of_a_backup()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var files = new FaultyFiles();
            await FillAsync(files, "/from");
            await using (var store = await OpenAsync(files, "/from"))
                await store.BackupAsync(New, Cancel);
            await AssertKeptAsync(files, seed);
        }
    }

    [Fact]
    public async Task Of_an_import()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var files = new FaultyFiles();
            await FillAsync(files, "/from");
            await using (var source = JournalSource.Open(Options("/from"), _clock, files, Ignore))
            await using (var target = JournalTarget.Open(Options(New), _clock, files, Ignore))
                await StoreMove.RunAsync(source, target, Cancel);
            await AssertKeptAsync(files, seed);
        }
    }

    /// <summary>An earlier process has created the directories and ended before their syncs. The path may end with a slash.</summary>
    [Theory]
    [InlineData(New)]
    [InlineData(New + "/")]
    public void Of_directories_that_an_earlier_process_created(string path)
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var files = new FaultyFiles();
            files.CreateDirectory(New);
            new JournalPaths(path).Create(files, Ignore);
            files.PowerOn(new Random(seed));
            Assert.True(files.HasDirectory(New), $"seed {seed}");
        }
    }

    /// <summary>Each operation of a start takes its time, and these names do not change any more.</summary>
    [Fact]
    public async Task A_start_on_a_store_that_exists_does_not_sync_the_names_above_it()
    {
        var files = new FaultyFiles();
        await FillAsync(files, New);
        files.FailNext = ("fsync", "/new/below");
        await using (await OpenAsync(files, New))
            Assert.NotNull(files.FailNext);
        // It would have failed there, as the creation of a store does.
        Assert.Throws<JournalFileException>(() => new JournalPaths("/new/below/other").Create(files, Ignore));
    }

    [Fact]
    public async Task A_directory_above_that_this_user_may_not_read_is_told_and_does_not_end_the_start()
    {
        var files = new FaultyFiles { FailNext = ("fsync", "/new"), NextError = FaultyFiles.MayNotRead };
        var notices = new List<string>();
        await using (await JournalStore.OpenAsync(Options(New), _clock, files, notices.Add, Cancel))
        {
            var notice = Assert.Single(notices);
            Assert.Contains("'/new'", notice, StringComparison.Ordinal);
            Assert.Contains("`sync`", notice, StringComparison.Ordinal);
        }
        notices.Clear();
        await using (await JournalStore.OpenAsync(Options(New), _clock, files, notices.Add, Cancel))
            Assert.Empty(notices);
    }

    private async Task FillAsync(FaultyFiles files, string directory)
    {
        await using var store = await OpenAsync(files, directory);
        await store.AppendAsync(new[] { new StoreEvents(store, _clock).Make(shard: 0) }, new Appended[1], Cancel);
    }

    private async Task AssertKeptAsync(FaultyFiles files, int seed)
    {
        files.PowerOn(new Random(seed));
        await using var store = await OpenAsync(files, New);
        Assert.True((await store.BoundsAsync(new ShardId(0), Cancel)).Last == 1, $"seed {seed}");
    }

    private ValueTask<JournalStore> OpenAsync(FaultyFiles files, string directory) =>
        JournalStore.OpenAsync(Options(directory), _clock, files, Ignore, Cancel);

    private static JournalOptions Options(string directory) =>
        new() { Directory = directory, ShardCount = 1, SegmentBytes = 16 << 10, MinFreeBytes = 0 };

    private static void Ignore(string notice) { }
}
