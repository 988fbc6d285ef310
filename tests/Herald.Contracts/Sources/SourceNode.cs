using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Journal;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Herald.Contracts.Sources;

/// <summary>The real engine on a real journal, with one subscription to all events of a source.</summary>
public sealed class SourceNode : IAsyncDisposable
{
    public const string Topic = "events";
    private readonly string _directory;
    private readonly JournalOptions _options;

    private SourceNode(string directory, JournalOptions options) => (_directory, _options) = (directory, options);

    public JournalStore Store { get; private set; } = null!;
    public SwitchedLog Log { get; private set; } = null!;
    public HeraldEngine Engine { get; private set; } = null!;
    public Receiver Receiver { get; } = new();

    /// <param name="isSubscribed">Without a subscription, nothing is delivered.</param>
    /// <param name="journal">Changes the usual options of the journal.</param>
    public static async Task<SourceNode> StartAsync(bool isSubscribed = true, Func<JournalOptions, JournalOptions>? journal = null)
    {
        var directory = Directory.CreateTempSubdirectory("herald-source-tests-").FullName;
        var options = new JournalOptions { Directory = directory };
        var node = new SourceNode(directory, journal?.Invoke(options) ?? options);
        await node.OpenAsync();
        await node.Engine.Catalog.PutTopicAsync(Topic, default);
        if (isSubscribed)
            Assert.True((await node.Engine.Catalog.PutSubscriptionAsync(new SubscriptionDraft { Id = "all", Topic = Topic, Endpoint = "test://all/" }, new StartFrom.Earliest(), null, default)).Done);
        return node;
    }

    /// <summary>Stops engine and store, and starts others on the same data.</summary>
    public async Task RestartAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    public Task ReceivesAsync(int count) =>
        Until.HoldsAsync(() => Task.FromResult(Receiver.Count >= count), () => $"{count} deliveries (there are {Receiver.Count}; the store: {Store.Statistics})");

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Directory.Delete(_directory, true);
    }

    private async Task OpenAsync()
    {
        Store = await JournalStore.OpenAsync(_options, TimeProvider.System, null, default);
        Log = new SwitchedLog(Store, Store);
        var parts = new EngineParts(Log, Log, Store, Store, Store, Store, Store, [Receiver], TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        Engine = await HeraldEngine.StartAsync(parts, new EngineOptions { CommitEvery = TimeSpan.FromMilliseconds(50) }, default);
    }

    private async Task CloseAsync()
    {
        await Engine.DisposeAsync();
        await Store.DisposeAsync();
    }
}
