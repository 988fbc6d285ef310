using Herald.Journal;
using Herald.StoreBench.Groups;
using Herald.StoreBench.PlainFiles;
using Herald.StoreBench.Rocks;
using Herald.StoreBench.Sqlite;

namespace Herald.StoreBench.Stores;

/// <summary>Every store that can be measured, and plain files, which are the limit of all of them.</summary>
internal static class BenchStores
{
    /// <summary>The name of the store with which the others are compared.</summary>
    public const string Limit = "written-file";

    /// <summary>More than any store writes with small groups, and not too much for short tests.</summary>
    private const long WrittenForSecond = 256 << 20, MostWritten = 1 << 30;

    public static readonly IReadOnlyList<BenchStore> All =
    [
        new("journal", FindsRepeats: true, OpenJournalAsync),
        new("rocksdb", FindsRepeats: true, (directory, _, _) => Open(directory, new RocksTables(directory))),
        new("sqlite", FindsRepeats: true, (directory, _, _) => Open(directory, new SqliteTables(directory))),
        new("file", FindsRepeats: false, (directory, _, _) => Open(directory, new PlainFile(directory, writtenBefore: 0))),
        new(Limit, FindsRepeats: false, (directory, round, _) => Open(directory, new PlainFile(directory, WrittenBefore(round)))),
    ];

    private static async Task<OpenStore> OpenJournalAsync(string directory, TimeSpan round, TimeProvider time)
    {
        var journal = await JournalStore.OpenAsync(new JournalOptions { Directory = Path.Combine(directory, "journal") }, time);
        var before = journal.Statistics.Syncs;
        return new(journal, () => journal.Statistics.Syncs - before, journal.DisposeAsync);
    }

    private static long WrittenBefore(TimeSpan round) => Math.Min(MostWritten, (long)(round.TotalSeconds * WrittenForSecond));

    private static Task<OpenStore> Open(string directory, ILogTables tables)
    {
        var log = new GroupLog(tables, StoreIdentity.OpenOrCreate(directory));
        return Task.FromResult(new OpenStore(log, () => log.Commits, log.DisposeAsync));
    }
}
