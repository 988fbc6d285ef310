using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Transfer;
using Herald.Journal.Catalog;
using Herald.Journal.Checkpoints;
using Herald.Journal.DeadLetters;
using Herald.Journal.Files;
using Herald.Journal.Frames;
using Herald.Journal.History;
using Herald.Journal.Shards;
using Herald.Journal.Sources;
using Herald.Journal.State;
using Herald.Journal.Writes;

namespace Herald.Journal.Transfer;

/// <summary>
/// Creates a journal from imported data, in an empty directory:
/// 1. Write a marker file that says that the directory is not a store yet.
/// 2. Write identity, log and index.
/// 3. Write a checkpoint of all of it: without one, a shard whose log does not begin with sequence 1 could not be read.
/// 4. Remove the marker.
/// </summary>
public sealed class JournalTarget : IStoreTarget
{
    private const int FrameBytes = 4 << 20;

    private readonly JournalOptions _options;
    private readonly TimeProvider _time;
    private readonly IJournalFiles _files;
    private readonly JournalPaths _paths;
    private readonly Action<string> _notices;
    private readonly IDisposable _lock;
    private JournalContents? _contents;
    private Writer? _writer;
    private bool _isComplete;

    private JournalTarget(JournalOptions options, TimeProvider time, IJournalFiles files, Action<string> notices, IDisposable @lock) =>
        (_options, _time, _files, _notices, _lock, _paths) = (options, time, files, notices, @lock, new JournalPaths(options.Directory));

    /// <exception cref="MoveRefusedException">The directory is not empty.</exception>
    /// <exception cref="JournalInUseException">A process has the journal open.</exception>
    public static Task<JournalTarget> OpenAsync(
        JournalOptions options, TimeProvider time, Action<string> notices, CancellationToken cancel) =>
        Task.Run(() => Open(options with { Directory = Path.GetFullPath(options.Directory) }, time, new PosixFiles(), notices), cancel);

    public ValueTask BeginAsync(StoreShape shape, CancellationToken cancel)
    {
        // 2.
        var identity = new JournalIdentity(Guid.NewGuid(), shape.Shards.Count, shape.HashSeed, shape.HashSecret);
        identity.Write(_files, _paths);
        _contents = new JournalContents(_options, _files, identity, _notices);
        _writer = new Writer(
            _contents, _time, new WriteQueue(), nextFrame: 1, RunId.Of(identity.Store, 1), new CheckpointSchedule(_options, _ => { }),
            (_, _) => { });
        MakeRoom(FrameBuffer.EntryBytes(8));
        _contents.WriteRun(1);
        for (var shard = 0; shard < shape.Shards.Count; shard++)
        {
            Begin(_contents.Shards[shard], shape.Shards[shard]);
            AddProgress(new ShardId(shard), default, shape.Shards[shard].SettledBelow);
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask AddCatalogRecordAsync(CatalogRecord record, CancellationToken cancel)
    {
        CatalogWrite[] write = [new CatalogWrite(record.Kind, record.Id, record.Parent, null, record.Body)];
        MakeRoom(CatalogRequest.BytesOf(write, record.Heads.Count));
        CatalogTable.Write(_contents!.Frame, record.Version, [.. record.Heads], [(write[0], record.Number)]);
        return ValueTask.CompletedTask;
    }

    public ValueTask AddProgressAsync(ShardId shard, ReadOnlyMemory<byte> record, CancellationToken cancel)
    {
        AddProgress(shard, record, settledBelow: 0);
        return ValueTask.CompletedTask;
    }

    /// <summary>Adds an index entry without a location. A repeated event is compared with its hashes.</summary>
    public ValueTask AddRememberedAsync(ShardId shard, IndexEntry index, CancellationToken cancel)
    {
        Append(shard, index, default);
        return ValueTask.CompletedTask;
    }

    public ValueTask AddEventAsync(ShardId shard, IndexEntry index, ReadOnlyMemory<byte> record, CancellationToken cancel)
    {
        MakeRoom(EventEntry.Bytes(record.Length));
        var segments = _contents!.Segments;
        var at = EventEntry.Write(_contents.Frame, shard.Value, index, record.Span);
        Append(shard, index, new Location(segments.Current!.Number, (uint)(segments.Offset + at)));
        segments.Current.Note(shard.Value, index.Sequence, index.AcceptedAtMs);
        return ValueTask.CompletedTask;
    }

    public ValueTask AddDeadLetterAsync(DeadLetter letter, CancellationToken cancel)
    {
        MakeRoom(StoredLetter.MaxBytes(new NewDeadLetter(letter.Id, letter.SubscriptionId, letter.Topic, letter.Reason, letter.Record)));
        StoredLetter.Write(
            _contents!.Frame, letter.Id, _contents.DeadLetters.NextNumber(), letter.SubscriptionId, letter.Topic, letter.Reason,
            letter.Record.Span, default, 0);
        return ValueTask.CompletedTask;
    }

    public ValueTask AddStateAsync(
        ShardId shard, string application, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, CancellationToken cancel)
    {
        var write = new StateWrite(application, key, value);
        MakeRoom(StateTable.MaxBytes(write));
        StateTable.Write(_contents!.Frame, shard.Value, write);
        return ValueTask.CompletedTask;
    }

    public ValueTask AddSourceAsync(SourcePosition position, CancellationToken cancel)
    {
        MakeRoom(SourceTable.MaxBytes(position));
        _contents!.Sources.Write(_contents.Frame, position);
        return ValueTask.CompletedTask;
    }

    public ValueTask AddHistoryAsync(ShardId shard, HistoryBlock block, CancellationToken cancel)
    {
        MakeRoom(HistoryTable.MaxBytes(block));
        HistoryTable.Write(_contents!.Frame, shard.Value, block);
        return ValueTask.CompletedTask;
    }

    public ValueTask AddKeptKeyAsync(ShardId shard, KeptKey key, CancellationToken cancel)
    {
        MakeRoom(ShardOwner.MaxBytes([key]));
        ShardOwner.WriteKept(_contents!.Frame, shard.Value, [key], all: false);
        return ValueTask.CompletedTask;
    }

    public ValueTask AddKeptEventAsync(ShardId shard, IndexEntry index, ReadOnlyMemory<byte> record, CancellationToken cancel)
    {
        MakeRoom(EventEntry.Bytes(record.Length));
        EventEntry.Write(_contents!.Frame, shard.Value, index, record.Span, EntryType.KeptEvent);
        return ValueTask.CompletedTask;
    }

    public ValueTask CompleteAsync(CancellationToken cancel)
    {
        // 3.
        if (!_contents!.Frame.IsEmpty)
            _writer!.WriteFrame();
        foreach (var shard in _contents.Shards)
        {
            shard.Publish();
            shard.Flush();
            shard.Files.Sync();
        }
        _files.SyncDirectory(_paths.Index);
        var position = new CheckpointPosition(_contents.Segments.Current!.Number, _contents.Segments.Offset, _writer!.NextFrame);
        CheckpointFile.Write(_files, _paths.Checkpoint, _paths.Root, _contents.Identity.Store, Checkpoint.Of(_contents, position));
        // 4. From here on the import is complete: DisposeAsync must not clear the directory, even if removing the marker fails.
        _isComplete = true;
        _files.Delete(_paths.Importing);
        _files.SyncDirectory(_paths.Root);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _contents?.Dispose();
        if (!_isComplete)
        {
            try
            {
                Clear(_files, _paths);
            }
            catch (IOException failure)
            {
                _notices($"The unfinished import in '{_paths.Root}' could not be removed. The next import removes it: {failure.Message}");
            }
        }
        _lock.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static JournalTarget Open(JournalOptions options, TimeProvider time, IJournalFiles files, Action<string> notices)
    {
        var paths = new JournalPaths(options.Directory);
        paths.Create(files, notices);
        var held = files.Lock(paths.Root);
        try
        {
            if (files.Exists(paths.Importing))
                Clear(files, paths);
            else if (files.Exists(paths.Identity))
                throw new MoveRefusedException($"'{paths.Root}' already contains a store. Import into an empty directory.");
            // The exception is the temporary file of a marker, left by an import that ended before the marker was complete.
            else if (FilesIn(files, paths).FirstOrDefault(file => file != paths.Importing + ".new") is { } found)
                throw new MoveRefusedException($"'{paths.Root}' is not empty: it contains '{found}'. Import into an empty directory.");
            // 1.
            AtomicFile.Write(files, paths.Importing, paths.Root, file => file.Write("An import has begun.\n"u8, 0));
            return new JournalTarget(options, time, files, notices, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Removes all files; the marker last.</summary>
    private static void Clear(IJournalFiles files, JournalPaths paths)
    {
        foreach (var file in FilesIn(files, paths))
            files.Delete(file);
        files.SyncDirectory(paths.Log);
        files.SyncDirectory(paths.Index);
        files.SyncDirectory(paths.Root);
        files.Delete(paths.Importing);
        files.SyncDirectory(paths.Root);
    }

    private static IEnumerable<string> FilesIn(IJournalFiles files, JournalPaths paths) =>
        files.List(paths.Log).Concat(files.List(paths.Index)).Concat(
            files.List(paths.Root).Where(file => file != paths.Importing && Path.GetFileName(file) != "lock"));

    /// <summary>
    /// Sets where the index begins, which can be any sequence. The index must contain the last sequence, because opening looks for it.
    /// </summary>
    private static void Begin(ShardIndex index, ShardShape shape)
    {
        var from = Math.Max(1, Math.Min(shape.FirstRemembered, shape.Last));
        index.Files.BeginAt(from);
        index.Restore(from - 1, shape.First, 0);
        if (shape.Last > 0 && shape.FirstRemembered > shape.Last)
            Append(index, new IndexEntry(shape.Last, shape.NewestMs, 0, 0, 0, 0, 0, EventFlags.None), default);
    }

    private void AddProgress(ShardId shard, ReadOnlyMemory<byte> record, long settledBelow)
    {
        var commit = new ShardCommit { Fence = new Fence(shard, 0), Number = 0, Progress = record, SettledBelow = settledBelow };
        MakeRoom(CommitRequest.BytesOf(commit));
        ShardOwner.Write(_contents!.Frame, commit);
    }

    private void Append(ShardId shard, in IndexEntry entry, Location location) => Append(_contents!.Shards[shard.Value], entry, location);

    private static void Append(ShardIndex index, in IndexEntry entry, Location location)
    {
        if (!index.Files.TryReserve(entry.Sequence))
            throw new IOException("There is no room for the index. Free some disk space, or raise journal.maxBytes.");
        index.Append(new StoredEntry(entry, location));
    }

    /// <summary>Makes room for one more entry in the frame; writes the frame if it is full.</summary>
    private void MakeRoom(long bytes)
    {
        var frame = _contents!.Frame;
        if (!frame.IsEmpty && (frame.Length + bytes > FrameBytes || frame.Length + bytes > _contents.Segments.Remaining))
            _writer!.WriteFrame();
        if (frame.IsEmpty && !_writer!.TryMakeRoom(bytes, RoomFor.Events))
            throw new IOException($"There is no room in '{_paths.Root}'. Free some disk space, or raise journal.maxBytes.");
    }
}
