using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Files;
using Herald.Journal.Tests.Faults;

namespace Herald.Journal.Tests;

/// <summary>A journal in a directory of its own, with small segments, so that every test crosses their ends.</summary>
internal sealed class JournalHarness(Func<JournalOptions, JournalOptions>? adjust = null, IJournalFiles? files = null) : StoreHarness
{
    private IJournalFiles _files = files ?? new PosixFiles();
    private JournalStore? _store;

#pragma warning disable CA5394 // No secret hangs on it.
    private readonly Random _chance = new(1);
#pragma warning restore CA5394

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
    public override ISourcePositions Positions => Store;
    public override IShardStore Shards => Store;
    public override IStateReader State => Store;
    public override ICatalogStore Catalog => Store;
    public override IDeadLetterStore DeadLetters => Store;
    public override IOwnership Ownership => Store;
    public override StoreNode Node => new(Store, Store, Store.DisposeAsync);
    public override bool CanHaveMoreNodes => false;
    public override bool LeasesExpire => false;
    public override bool TellsOfShards => false;

    public override async ValueTask StartAsync() => _store = await JournalStore.OpenAsync(Options, Clock, _files, Note, CancellationToken.None);

    public async ValueTask StopAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        _store = null;
    }

    /// <summary>
    /// Closes the journal and opens it again. On files that can lose power, the power fails instead, before the journal is closed.
    /// </summary>
    public override async ValueTask ReopenAsync()
    {
        var left = (_files as FaultyFiles)?.Copy();
        await StopAsync();
        if (left is not null)
        {
            left.PowerOn(_chance);
            _files = left;
        }
        await StartAsync();
    }

    public override async ValueTask<StoreNode> OpenNodeAsync()
    {
        await using var other = await JournalStore.OpenAsync(Options, Clock, _files, Note, CancellationToken.None);
        throw new InvalidOperationException("Two nodes have opened the same journal.");
    }

    /// <summary>Flips the last bit of the event's record in the log.</summary>
    public override async ValueTask DamageAsync(ShardId shard, long sequence)
    {
        var record = new Copy();
        await Store.ReadEventsAsync(shard, new[] { sequence }, record, CancellationToken.None);
        await StopAsync();
        foreach (var path in Directory.GetFiles(Path.Combine(Root, "journal"), "*.log"))
        {
            var bytes = await File.ReadAllBytesAsync(path);
            if (bytes.AsSpan().IndexOf(record.Record) is not (var at and >= 0))
                continue;
            bytes[at + record.Record.Length - 1] ^= 1;
            await File.WriteAllBytesAsync(path, bytes);
        }
        await StartAsync();
    }

    public override async ValueTask FreeAsync()
    {
        await Store.CheckpointAsync(CancellationToken.None);
        Clock.Advance(TimeSpan.FromDays(8));
        for (var i = 0; i < 10; i++)
            await Store.TickAsync(CancellationToken.None);
    }

    public override async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (Directory.Exists(Root))
            Directory.Delete(Root, recursive: true);
    }

    private sealed class Copy : IEventSink
    {
        public byte[] Record { get; private set; } = [];

        public void OnEvent(long sequence, ReadOnlySpan<byte> record) => Record = record.ToArray();

        public void OnDamaged(long sequence, string damage) => throw new InvalidOperationException(damage);
    }

    private void Note(string line)
    {
        lock (Notices)
            Notices.Add(line);
    }
}
