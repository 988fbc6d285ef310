using Herald.StoreBench.Groups;
using Herald.StoreBench.PlainFiles;
using Herald.StoreBench.Stores;
using Xunit;

namespace Herald.StoreBench.Tests;

public sealed class StoreBenchRunTests
{
    [Fact]
    public async Task Every_event_written_to_a_store_is_read_back_in_order()
    {
        using var directory = new TemporaryDirectory();
        var phases = new List<string>();
        var options = new StoreBenchOptions(TimeSpan.FromMilliseconds(100), 2, 8, [1, 16], BenchStores.All);

        var figures = await new StoreBenchRun(options, directory.Path, phases.Add, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            [("journal", 1), ("rocksdb", 1), ("sqlite", 1), ("file", 1), ("written-file", 1), ("journal", 16), ("rocksdb", 16), ("sqlite", 16), ("file", 16), ("written-file", 16)],
            figures.Select(one => (one.Store, one.Group)));
        Assert.All(figures, one =>
        {
            Assert.True(one.ReadBack >= 8 * one.Group, $"{one.Store}: {one.ReadBack} events were read back");
            Assert.Equal(2, one.Rounds.Count);
            Assert.All(one.Rounds, round => Assert.True(round.Events > 0 && round.Syncs > 0 && round.P50 > TimeSpan.Zero && round.P99 >= round.P50));
        });
        Assert.Equal(["journal", "rocksdb", "sqlite", "file", "written-file", "written-file", "file", "sqlite", "rocksdb", "journal"], phases[5..15].Select(phase => phase.Split(' ')[^1]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    [Theory]
    [InlineData(Mistake.Lost, "events, and")]
    [InlineData(Mistake.Swapped, "comes after number")]
    [InlineData(Mistake.Changed, "was changed")]
    public async Task A_store_that_does_not_give_back_what_was_written_fails_the_run(Mistake mistake, string message)
    {
        var failure = await FailAsync(findsRepeats: false, tables => new MistakenTables(tables, mistake));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_does_not_recognise_repeats_fails_the_run()
    {
        var failure = await FailAsync(findsRepeats: true, tables => tables);
        Assert.Equal("mistaken recognised 0 of 96 repeated events.", failure.Message);
    }

    private static async Task<StoreBenchException> FailAsync(bool findsRepeats, Func<ILogTables, ILogTables> mistake)
    {
        using var directory = new TemporaryDirectory();
        var store = new BenchStore("mistaken", findsRepeats, (place, _, _) =>
        {
            var log = new GroupLog(mistake(new PlainFile(place, writtenBefore: 0)), StoreIdentity.OpenOrCreate(place));
            return Task.FromResult(new OpenStore(log, () => log.Commits, log.DisposeAsync));
        });
        var options = new StoreBenchOptions(TimeSpan.FromMilliseconds(100), 1, 2, [48], [store]);
        var failure = await Assert.ThrowsAsync<StoreBenchException>(
            () => new StoreBenchRun(options, directory.Path, _ => { }, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken));
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
        return failure;
    }
}
