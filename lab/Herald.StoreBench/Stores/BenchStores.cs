using Herald.Journal;
using Herald.StoreBench.Groups;
using Herald.StoreBench.PlainFiles;
using Herald.StoreBench.Rocks;
using Herald.StoreBench.Sqlite;

namespace Herald.StoreBench.Stores;

/// <summary>Every store that can be measured, and the plain file that is the limit of all of them.</summary>
internal static class BenchStores
{
    /// <summary>The name of the limit.</summary>
    public const string File = "file";

    public static readonly IReadOnlyList<BenchStore> All =
    [
        new("journal", FindsRepeats: true, OpenJournalAsync),
        new("rocksdb", FindsRepeats: true, (directory, _) => Open(directory, new RocksTables(directory))),
        new("sqlite", FindsRepeats: true, (directory, _) => Open(directory, new SqliteTables(directory))),
        new(File, FindsRepeats: false, (directory, _) => Open(directory, new PlainFile(directory))),
    ];

    private static async Task<OpenStore> OpenJournalAsync(string directory, TimeProvider time)
    {
        var journal = await JournalStore.OpenAsync(new JournalOptions { Directory = Path.Combine(directory, "journal") }, time);
        var before = journal.Statistics.Syncs;
        return new(journal, () => journal.Statistics.Syncs - before, journal.DisposeAsync);
    }

    private static Task<OpenStore> Open(string directory, ILogTables tables)
    {
        var log = new GroupLog(tables, StoreIdentity.OpenOrCreate(directory));
        return Task.FromResult(new OpenStore(log, () => log.Commits, log.DisposeAsync));
    }
}
