using System.Globalization;
using Herald.Engine.Basics;
using Herald.Engine.Transfer;
using Herald.Hosting;
using Herald.Hosting.Commands;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Hosting.Text;
using Herald.Journal.Transfer;

namespace Herald.Journal.Hosting;

/// <summary>The embedded store as a module: it opens the journal in the data directory.</summary>
public sealed class JournalModule : IStoreModule
{
    public string Name => "embedded";

    public IReadOnlyList<SettingSection> Sections =>
        [new SettingSection<JournalOptions>("journal", "The embedded store", () => new() { Directory = "" }) { Rules = BrokenRules }];

    /// <summary>One process uses a data directory.</summary>
    public bool IsShared => false;

    public async Task<OpenStore> OpenAsync(StoreContext context, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            var journal = await JournalStore.OpenAsync(
                OptionsOf(context), context.Time, context.Inform, context.Alarm ?? context.Warn, cancel).ConfigureAwait(false);
            context.Inform(Describe(journal, Path.GetFullPath(context.DataDirectory)));
            if (journal.Recovered is var (events, bytes))
            {
                context.Inform(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The last process did not stop cleanly. Recovered {events:N0} events ({bytes:N0} bytes) written since its last "
                    + $"checkpoint. Nothing accepted is lost; deliveries whose end was not saved are repeated."));
            }
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
                Troubles = () => journal.Troubles,
                WriteMetrics = text => JournalMetrics.Write(text, journal.Statistics),
                Backup = async (directory, stop) => await journal.BackupAsync(directory, stop).ConfigureAwait(false),
                Owner = journal,
            };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new ServerStartException($"dataDirectory = '{context.DataDirectory}': {e.Message}", e);
        }
    }

    public async Task<IStoreSource> OpenSourceAsync(StoreContext context, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(context);
        return await JournalSource.OpenAsync(OptionsOf(context), context.Time, context.Inform, cancel).ConfigureAwait(false);
    }

    public async Task<IStoreTarget> OpenTargetAsync(StoreContext context, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(context);
        return await JournalTarget.OpenAsync(OptionsOf(context), context.Time, context.Inform, cancel).ConfigureAwait(false);
    }

    public (ExitCode Code, string Message)? Explain(Exception failure, StoreContext context)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure switch
        {
            JournalUnfinishedException or JournalFormatException or JournalDirectoryException => (ExitCode.Refused, failure.Message),
            JournalInUseException => (ExitCode.Unavailable, failure.Message),
            _ => null,
        };
    }

    // A wrong directory is an empty store, or one with other numbers.
    private static string Describe(JournalStore journal, string directory) => journal.IsNew
        ? $"The data directory '{directory}' is new: the store is empty."
        : string.Create(
            CultureInfo.InvariantCulture,
            $"The data directory '{directory}' has {journal.CatalogRecords("topic"):N0} topics, {journal.CatalogRecords("subscription"):N0}"
                + $" subscriptions and {journal.Statistics.Events:N0} events.");

    private static JournalOptions OptionsOf(StoreContext context) =>
        context.Options.Get<JournalOptions>() with { Directory = context.DataDirectory };

    private static IEnumerable<SettingProblem> BrokenRules(JournalOptions options)
    {
        if (options.MaxBytes is { } most && most < 4L * options.SegmentBytes)
        {
            var segment = ByteSizeText.Format(options.SegmentBytes);
            yield return new("maxBytes", $"Must be at least four segments (journal.segmentBytes is {segment}).") { Others = ["segmentBytes"] };
        }
    }
}
