using Herald.Journal.Files;
using Herald.Journal.Writes;

namespace Herald.Journal.Checkpoints;

/// <summary>
/// Decides when a checkpoint is due and holds the one under way. Only the writer's thread uses it, except for steps 2 and 3:
/// 1. The writer takes the snapshot between two frames.
/// 2. A pool thread syncs the index files, then writes the checkpoint.
/// 3. That thread reports the end to the writer with a question.
/// </summary>
internal sealed class CheckpointSchedule(JournalOptions options, Action<Request> ask)
{
    private long _bytesSince, _written, _size;
    private Task<Exception?>? _running;
    private TaskCompletionSource<bool>? _waiting, _answering;

    /// <summary>Opening the journal does not need the segments before this one.</summary>
    public uint KeepsFrom { get; private set; }
    public long Written => Volatile.Read(ref _written);

    /// <summary>Size of the last checkpoint that this process wrote.</summary>
    public long Size => Volatile.Read(ref _size);

    public void Opened(uint keepsFrom, long bytesSince) => (KeepsFrom, _bytesSince) = (keepsFrom, bytesSince);

    public void Wrote(int bytes) => _bytesSince += bytes;

    /// <summary>Completes with true once a checkpoint taken now or later is written, and with false if it could not be written.</summary>
    public Task<bool> RequestAsync()
    {
        _bytesSince = long.MaxValue / 2;
        _waiting ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _waiting.Task;
    }

    public void BeginWhenDue(Writer writer)
    {
        // A new checkpoint lets retention free every segment except the one being written. So it helps only if the last one keeps others.
        var wanted = writer.Room.IsWanted && KeepsFrom < writer.Contents.Segments.Current?.Number && _bytesSince > 0;
        if (_running is not null || (_bytesSince < options.CheckpointBytes && !wanted))
            return;
        var (waiting, snapshot) = (_waiting, Take(writer));
        _waiting = null;
        _answering = waiting;
        _running = Task.Run(() => Work(writer, snapshot, waiting));
    }

    /// <summary>Called when the writer has failed: no checkpoint follows.</summary>
    public void Fail(Exception failure)
    {
        _waiting?.TrySetException(failure);
        _answering?.TrySetException(failure);
    }

    /// <summary>Writes the last checkpoint after the writer's thread has ended; writes none if the writer failed.</summary>
    public async Task CloseAsync(Writer writer)
    {
        // The writer's thread has ended, so it does not receive the result. A file whose sync failed is no longer in the set of files to
        // sync. A new checkpoint would therefore claim index entries that are not on disk: fail instead.
        if (_running is not null && await _running.ConfigureAwait(false) is { } fatal)
        {
            var failure = InDoubt(fatal);
            _waiting?.TrySetException(failure);
            _answering?.TrySetException(failure);
            throw failure;
        }
        _waiting?.TrySetResult(false);
        _answering?.TrySetResult(false);
        if (writer.Failed.IsCompleted)
            return;
        var snapshot = Take(writer);
        Write(writer.Contents, snapshot);
    }

    private Checkpoint Take(Writer writer)
    {
        var contents = writer.Contents;
        // The log must not lose a frame that the checkpoint contains. Otherwise the frames written later would follow a gap, and a gap is
        // damage.
        writer.Sync();
        _bytesSince = 0;
        foreach (var shard in contents.Shards)
            shard.Flush();
        return Checkpoint.Of(
            contents, new CheckpointPosition(contents.Segments.Current!.Number, contents.Segments.Offset, writer.NextFrame));
    }

    private Exception? Work(Writer writer, Checkpoint checkpoint, TaskCompletionSource<bool>? waiting)
    {
        Exception? fatal = null;
        var isWritten = false;
        try
        {
            isWritten = Write(writer.Contents, checkpoint);
        }
        catch (Exception failure)
        {
            fatal = failure;
        }
        ask(new Question<bool>(w => Ended(w, checkpoint, isWritten, waiting, fatal)));
        return fatal;
    }

    /// <summary>
    /// Returns false when there was no room, or when writing the checkpoint's own file failed: the previous checkpoint and the log since
    /// then remain valid. Throws when the sync of an index file failed: later checkpoints would rely on entries that possibly never reached
    /// the disk.
    /// </summary>
    private bool Write(JournalContents contents, Checkpoint checkpoint)
    {
        foreach (var shard in contents.Shards)
            shard.Files.Sync();
        contents.Files.SyncDirectory(contents.Paths.Index);
        try
        {
            var size = CheckpointFile.Write(
                contents.Files, contents.Paths.Checkpoint, contents.Paths.Root, contents.Identity.Store, checkpoint);
            Volatile.Write(ref _written, _written + 1);
            Volatile.Write(ref _size, size);
            return true;
        }
        catch (JournalFileException failure) when (failure.Operation == "write")
        {
            contents.Notice(
                $"A checkpoint could not be written, so the last one stays in use, and the log since then is kept: {failure.Message}");
            return false;
        }
    }

    private bool Ended(Writer writer, Checkpoint checkpoint, bool isWritten, TaskCompletionSource<bool>? waiting, Exception? fatal)
    {
        _running = null;
        if (fatal is not null)
        {
            waiting?.TrySetException(fatal);
            throw InDoubt(fatal);
        }
        if (isWritten)
            KeepsFrom = checkpoint.Position.Segment;
        waiting?.TrySetResult(isWritten);
        writer.Retention.RunOnce(writer.NowMs);
        writer.Room.MayHaveGrown();
        return true;
    }

    private static IOException InDoubt(Exception fatal) => new(
        "A checkpoint failed, and the index files on disk cannot be trusted. The journal stops.", fatal);
}
