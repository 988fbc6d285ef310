using Herald.Contracts.Stores;
using Herald.Engine.Stores;
using Herald.Journal.Files;

namespace Herald.Journal.Tests;

/// <summary>A journal in a directory of its own, with small segments, so that every test crosses their ends.</summary>
internal sealed class JournalHarness(Func<JournalOptions, JournalOptions>? adjust = null, IJournalFiles? files = null) : StoreHarness
{
    private JournalStore? _store;

    public string Root { get; } = Path.Combine(Path.GetTempPath(), "herald-journal-" + Guid.NewGuid().ToString("N")[..12]);
    public List<string> Notices { get; } = [];
    public JournalStore Store => _store ?? throw new InvalidOperationException("Not started.");
    public JournalOptions Options
    {
        get
        {
            var options = new JournalOptions { Directory = Root, SegmentBytes = 64 << 10, CheckpointBytes = 100_000, MinFreeBytes = 0 };
            return adjust is null ? options : adjust(options);
        }
    }

    public override IEventLog Log => Store;
    public override IShardStore Shards => Store;
    public override IStateReader State => Store;
    public override ICatalogStore Catalog => Store;
    public override IDeadLetterStore DeadLetters => Store;
    public override IOwnership Ownership => Store;

    public override async ValueTask StartAsync() => _store = await JournalStore.OpenAsync(Options, Clock, files ?? new PosixFiles(), Note, CancellationToken.None);

    public async ValueTask StopAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        _store = null;
    }

    public override async ValueTask ReopenAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (Directory.Exists(Root))
            Directory.Delete(Root, recursive: true);
    }

    private void Note(string line)
    {
        lock (Notices)
            Notices.Add(line);
    }
}
