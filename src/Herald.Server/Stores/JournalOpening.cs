using Herald.Hosting;
using Herald.Journal;
using Herald.Server.Metrics;
using Microsoft.Extensions.Logging;

namespace Herald.Server.Stores;

/// <summary>Opens the embedded store in the data directory.</summary>
internal static class JournalOpening
{
    public static async Task<OpenStore> OpenAsync(ServerOptions options, ServerServices services, CancellationToken cancel)
    {
        var log = services.Logging.CreateLogger("Herald.Journal");
        try
        {
            var journal = await JournalStore.OpenAsync(
                options.Journal with { Directory = options.DataDirectory }, services.Time, notice => log.LogInformation("{Notice}", notice), cancel);
            return new OpenStore
            {
                Log = journal,
                Positions = journal,
                Shards = journal,
                State = journal,
                Catalog = journal,
                DeadLetters = journal,
                Ownership = journal,
                Failed = journal.Failed,
                WriteMetrics = text => JournalMetrics.Write(text, journal.Statistics),
                Backup = async (directory, stop) => await journal.BackupAsync(directory, stop),
                Owner = journal,
            };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new ServerStartException($"dataDirectory = '{options.DataDirectory}': {e.Message}", e);
        }
    }
}
