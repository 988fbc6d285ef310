using System.Buffers;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Transfer;
using Herald.Journal.Files;
using Herald.Journal.Recovery;
using Herald.Journal.Shards;

namespace Herald.Journal.Transfer;

/// <summary>Copies out a journal that no process has open. Holds its lock. Changes nothing, except what every opening repairs.</summary>
public sealed class JournalSource : IStoreSource
{
    private const int EntriesAtOnce = 256, BytesAtOnce = 4 << 20;

    private readonly JournalContents _contents;
    private readonly IDisposable _lock;

    private JournalSource(JournalContents contents, IDisposable @lock)
    {
        (_contents, _lock) = (contents, @lock);
        Shape = new StoreShape(
            contents.Identity.HashSeed, contents.Identity.HashSecret, [.. Enumerable.Range(0, contents.Shards.Length).Select(ShapeOf)]);
    }

    public StoreShape Shape { get; }
    public UnreadItems Unread { get; } = new();

    /// <exception cref="MoveRefusedException">There is no journal in the directory.</exception>
    /// <exception cref="JournalInUseException">A process has the journal open.</exception>
    /// <exception cref="JournalUnfinishedException">The directory holds an incomplete import.</exception>
    public static Task<JournalSource> OpenAsync(
        JournalOptions options, TimeProvider time, Action<string> notices, CancellationToken cancel) =>
        Task.Run(() => Open(options with { Directory = Path.GetFullPath(options.Directory) }, time, new PosixFiles(), notices), cancel);

    public async Task CopyAsync(IStoreTarget target, CancellationToken cancel)
    {
        await CopyCatalogAsync(target, cancel).ConfigureAwait(false);
        for (var shard = 0; shard < _contents.Owners.Length; shard++)
            foreach (var record in _contents.Owners[shard].Records())
                await target.AddProgressAsync(new ShardId(shard), record, cancel).ConfigureAwait(false);
        for (var shard = 0; shard < _contents.Shards.Length; shard++)
            await CopyRememberedAsync(shard, target, cancel).ConfigureAwait(false);
        for (var shard = 0; shard < _contents.Shards.Length; shard++)
            await CopyEventsAsync(shard, target, cancel).ConfigureAwait(false);
        foreach (var letter in _contents.DeadLetters.Snapshot())
            if (_contents.DeadLetters.Find(letter.Id) is { } read)
                await target.AddDeadLetterAsync(read, cancel).ConfigureAwait(false);
        foreach (var (_, place) in _contents.State.Snapshot())
        {
            var (shard, application, key, value) = _contents.State.Read(place);
            await target.AddStateAsync(new ShardId(shard), application, key, value, cancel).ConfigureAwait(false);
        }
        foreach (var (source, position) in _contents.Sources.Snapshot())
            await target.AddSourceAsync(new SourcePosition(source, position), cancel).ConfigureAwait(false);
        foreach (var block in _contents.History.Snapshot())
            if (_contents.History.ReadBlock(block) is { } bytes)
                await target.AddHistoryAsync(
                    new ShardId(block.Shard), new HistoryBlock(block.First, block.Last, block.WrittenAtMs, bytes),
                    cancel).ConfigureAwait(false);
        for (var shard = 0; shard < _contents.Owners.Length; shard++)
            foreach (var key in _contents.Owners[shard].Kept())
                await target.AddKeptKeyAsync(new ShardId(shard), key, cancel).ConfigureAwait(false);
        for (var shard = 0; shard < _contents.Shards.Length; shard++)
            await CopyKeptAsync(shard, target, cancel).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        _contents.Dispose();
        _lock.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static JournalSource Open(JournalOptions options, TimeProvider time, IJournalFiles files, Action<string> notices)
    {
        var paths = new JournalPaths(options.Directory);
        if (!files.Exists(paths.Identity) && !files.Exists(paths.Importing))
            throw new MoveRefusedException($"There is no store in '{options.Directory}'.");
        var held = files.Lock(paths.Root);
        JournalContents? contents = null;
        try
        {
            if (files.Exists(paths.Importing))
                throw new JournalUnfinishedException(paths.Root);
            contents = new JournalContents(options, files, JournalIdentity.ReadOrCreate(files, paths, options.ShardCount), notices);
            new JournalRecovery(contents).Run(time.GetUtcNow().ToUnixTimeMilliseconds());
            return new JournalSource(contents, held);
        }
        catch
        {
            contents?.Dispose();
            held.Dispose();
            throw;
        }
    }

    private ShardShape ShapeOf(int shard)
    {
        var index = _contents.Shards[shard];
        var oldest = default(StoredEntry);
        if (index.Head >= index.First)
            index.Read(index.First, new Span<StoredEntry>(ref oldest));
        // Ids outlive their events if events are kept for a shorter time.
        var remembered = Math.Min(index.First, _contents.Window.Floor(shard));
        return new ShardShape(
            remembered, index.First, index.Head, oldest.AcceptedAtMs, index.LastAcceptedAtMs, _contents.Owners[shard].SettledBelow);
    }

    private async Task CopyCatalogAsync(IStoreTarget target, CancellationToken cancel)
    {
        foreach (var record in _contents.Catalog.Snapshot().Records)
            await target.AddCatalogRecordAsync(record, cancel).ConfigureAwait(false);
    }

    private async Task CopyRememberedAsync(int shard, IStoreTarget target, CancellationToken cancel)
    {
        var entries = new StoredEntry[EntriesAtOnce];
        var acceptedAtMs = 0L;
        for (var from = Shape.Shards[shard].FirstRemembered; from < Shape.Shards[shard].First;)
        {
            var count = _contents.Shards[shard].Read(
                from, entries.AsSpan(0, (int)Math.Min(entries.Length, Shape.Shards[shard].First - from)));
            if (count == 0)
                throw Missing(shard, from);
            for (var i = 0; i < count; i++)
            {
                // A crash can come after entries were given up and before the window forgot their ids. Such an entry reads as zeros.
                acceptedAtMs = Math.Max(acceptedAtMs, entries[i].AcceptedAtMs);
                var entry = entries[i].IsNone
                    ? new IndexEntry(from + i, acceptedAtMs, 0, 0, 0, 0, 0, EventFlags.None)
                    : entries[i].ToIndexEntry();
                await target.AddRememberedAsync(new ShardId(shard), entry, cancel).ConfigureAwait(false);
            }
            from += count;
        }
    }

    private async Task CopyEventsAsync(int shard, IStoreTarget target, CancellationToken cancel)
    {
        var entries = new StoredEntry[EntriesAtOnce];
        var page = new EventPage();
        for (var from = Shape.Shards[shard].First; from <= Shape.Shards[shard].Last;)
        {
            var read = _contents.Shards[shard].Read(from, entries);
            if (read == 0)
                throw Missing(shard, from);
            var (count, bytes) = (1, (long)entries[0].Size);
            while (count < read && bytes + entries[count].Size <= BytesAtOnce)
                bytes += entries[count++].Size;
            page.Begin((int)bytes);
            new EventReader(_contents).Read(shard, [.. entries.AsSpan(0, count).ToArray().Select(e => e.Sequence)], page);
            if (page.Records.Count != count)
                throw Missing(shard, from);
            for (var i = 0; i < count; i++)
                await target.AddEventAsync(
                    new ShardId(shard), Told(shard, entries[i], page.Records[i]), page.Records[i], cancel).ConfigureAwait(false);
            from += count;
        }
    }

    private async Task CopyKeptAsync(int shard, IStoreTarget target, CancellationToken cancel)
    {
        var page = new EventPage();
        foreach (var entry in _contents.Kept[shard].Snapshot().Where(entry => entry.Sequence < Shape.Shards[shard].First && _contents.Owners[shard].Needs(entry)))
        {
            page.Begin(entry.Size);
            new EventReader(_contents).Read(shard, [entry.Sequence], page);
            if (page.Records.Count == 0)
                throw Missing(shard, entry.Sequence);
            await target.AddKeptEventAsync(
                new ShardId(shard), Told(shard, entry, page.Records[0]), page.Records[0], cancel).ConfigureAwait(false);
        }
    }

    private IndexEntry Told(int shard, in StoredEntry entry, ReadOnlyMemory<byte> record)
    {
        if (record.IsEmpty)
            Unread.Add($"event {entry.Sequence} of shard {shard}");
        return entry.ToIndexEntry() with { Size = record.Length };
    }

    private JournalDamagedException Missing(int shard, long sequence) =>
        new(
            _contents.Paths.IndexChunk(shard, (sequence - 1) / IndexFiles.ChunkEntries), 0,
            $"event {sequence} of shard {shard} is not in its place in the index");

    /// <summary>Holds copies of some events in a buffer that is reused.</summary>
    private sealed class EventPage : IEventSink
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public List<ReadOnlyMemory<byte>> Records { get; } = [];

        public void Begin(int bytes)
        {
            Records.Clear();
            _bytes.ResetWrittenCount();
            _bytes.GetMemory(Math.Max(1, bytes));
        }

        public void OnEvent(long sequence, ReadOnlySpan<byte> record)
        {
            var start = _bytes.WrittenCount;
            _bytes.Write(record);
            Records.Add(_bytes.WrittenMemory[start..]);
        }

        /// <summary>Copies the event without a record. In the target it is damaged too, and becomes a dead letter.</summary>
        public void OnDamaged(long sequence, string damage) => Records.Add(default);
    }
}
