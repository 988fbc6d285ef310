using Herald.Journal.Files;
using Herald.Journal.Writing;

namespace Herald.Journal.Checkpoints;

/// <summary>
/// When checkpoints are taken, and the one under way. The writer takes the snapshot between two frames; the pool syncs the index files,
/// then writes it; the writer hears of the end by a question. Used on the writer's thread, but for the work itself.
/// </summary>
internal sealed class CheckpointSchedule(JournalOptions options, Action<Request> ask)
{
    private long _bytesSince, _written, _size;
    private Task<Exception?>? _running;
    private TaskCompletionSource<bool>? _waiting, _answering;

    /// <summary>Segments before it are not needed to open the journal.</summary>
    public uint KeepsFrom { get; private set; }
    public long Written => Volatile.Read(ref _written);

    /// <summary>Bytes of the last checkpoint written by this process.</summary>
    public long Size => Volatile.Read(ref _size);

    public void Opened(uint keepsFrom, long bytesSince) => (KeepsFrom, _bytesSince) = (keepsFrom, bytesSince);

    public void Wrote(int bytes) => _bytesSince += bytes;

    /// <summary>True when a checkpoint of now, or later, has been written; false when it could not be.</summary>
    public Task<bool> RequestAsync()
    {
        _bytesSince = long.MaxValue / 2;
        _waiting ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _waiting.Task;
    }

    public void BeginWhenDue(Writer writer)
    {
        // When room is wanted, the segment being written is all that a new checkpoint could not free.
        var wanted = writer.Room.IsWanted && KeepsFrom < writer.Contents.Segments.Current?.Number && _bytesSince > 0;
        if (_running is not null || (_bytesSince < options.CheckpointBytes && !wanted))
            return;
        var (waiting, snapshot) = (_waiting, Take(writer));
        _waiting = null;
        _answering = waiting;
        _running = Task.Run(() => Work(writer, snapshot, waiting));
    }

    /// <summary>The writer has failed: no checkpoint will come.</summary>
    public void Fail(Exception failure)
    {
        _waiting?.TrySetException(failure);
        _answering?.TrySetException(failure);
    }

    /// <summary>Writes the last checkpoint, once the writer's thread has ended; none when it ended by a failure.</summary>
    public async Task CloseAsync(Writer writer)
    {
        // The writer hears no more of how it ended. What it could not sync is not asked for again, so that a checkpoint now would vouch for it.
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
        // The log must not lose a frame that the checkpoint holds: the frames behind it would be preceded by a gap, and a gap is damage.
        writer.Sync();
        _bytesSince = 0;
        foreach (var shard in contents.Shards)
            shard.Flush();
        return Checkpoint.Of(contents, new CheckpointPosition(contents.Segments.Current!.Number, contents.Segments.Offset, writer.NextFrame));
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
    /// False when there was no room, or the checkpoint's own file failed: the one before still stands, and the log since.
    /// A failed sync of an index file is thrown: later checkpoints would rely on entries that may never have reached the disk.
    /// </summary>
    private bool Write(JournalContents contents, Checkpoint checkpoint)
    {
        foreach (var shard in contents.Shards)
            shard.Files.Sync();
        contents.Files.SyncDirectory(contents.Paths.Index);
        try
        {
            var size = CheckpointFile.Write(contents.Files, contents.Paths.Checkpoint, contents.Paths.Root, contents.Identity.Store, checkpoint);
            Volatile.Write(ref _written, _written + 1);
            Volatile.Write(ref _size, size);
            return true;
        }
        catch (JournalFileException failure) when (failure.Operation == "write")
        {
            contents.Notice($"A checkpoint could not be written, the last one stays in force: {failure.Message}");
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

    private static IOException InDoubt(Exception fatal) => new("A checkpoint failed in a way that leaves the index in doubt.", fatal);
}
