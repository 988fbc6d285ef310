using Herald.Journal.Files;
using Herald.Journal.Segments;

namespace Herald.Journal.Backup;

/// <summary>
/// Copies a journal while it is being written. The order of the copies makes the copy consistent:
/// 1. The checkpoint.
/// 2. The log, up to a frame that was written after the checkpoint.
/// 3. The index files. Opening the copy rebuilds from the log what they hold beyond the checkpoint.
/// 4. The identity, last, so that an incomplete copy does not open.
/// </summary>
internal sealed class JournalBackup(JournalContents contents, string directory)
{
    private const int PieceBytes = 1 << 20;

    private readonly IJournalFiles _files = contents.Files;
    private readonly JournalPaths _to = new(directory);

    public void CopyCheckpoint()
    {
        if (_files.List(_to.Root).Count > 0 || _files.List(_to.Log).Count > 0)
            throw new IOException($"A backup needs an empty directory, and '{directory}' is not empty. Name another one.");
        _to.Create(_files, contents.Notice);
        using var checkpoint = _files.Open(contents.Paths.Checkpoint, create: false);
        Copy(checkpoint, _to.Checkpoint, checkpoint.Length, checkpoint.Length);
    }

    /// <param name="offset">The end of the last whole frame in the last segment.</param>
    public void CopyLog(IReadOnlyList<Segment> segments, long offset, CancellationToken cancel)
    {
        foreach (var segment in segments)
        {
            cancel.ThrowIfCancellationRequested();
            Copy(segment.File, _to.Segment(segment.Number), ReferenceEquals(segment, segments[^1]) ? offset : segment.Size, segment.Size);
        }
        for (var i = 0; i < contents.Shards.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var (chunk, file) in contents.Shards[i].Files.Chunks)
                Copy(file, _to.IndexChunk(i, chunk), file.Length, file.Length);
        }
        _files.SyncDirectory(_to.Log);
        _files.SyncDirectory(_to.Index);
        contents.Identity.Write(_files, _to);
    }

    private void Copy(IJournalFile from, string path, long length, long size)
    {
        using var to = _files.Open(path, create: true);
        if (!to.TryAllocate(0, size))
            throw new IOException($"There is no room for the backup in '{directory}'. Free some disk space, or name another directory.");
        var piece = new byte[(int)Math.Min(PieceBytes, Math.Max(length, 1))];
        for (var at = 0L; at < length;)
        {
            var read = from.Read(piece.AsSpan(0, (int)Math.Min(piece.Length, length - at)), at);
            if (read == 0)
                break;
            to.Write(piece.AsSpan(0, read), at);
            at += read;
        }
        to.Sync();
    }
}
