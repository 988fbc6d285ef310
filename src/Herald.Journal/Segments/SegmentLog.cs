using System.Collections.Concurrent;
using Herald.Journal.Files;
using Herald.Journal.Frames;

namespace Herald.Journal.Segments;

/// <summary>
/// The log files: one being written, those before it, and one in reserve that only deliveries may use up.
/// Changed by the writer; read by anyone.
/// </summary>
internal sealed class SegmentLog(IJournalFiles files, JournalPaths paths, JournalOptions options, DiskSpace space, Guid store, int shards) : IDisposable
{
    /// <summary>How far a frame's write reaches beyond it, at most.</summary>
    private const int Ahead = 128 << 10;
    private static readonly byte[] Zeros = new byte[Ahead];

    private readonly ConcurrentDictionary<uint, Segment> _byNumber = new();
    private readonly Lock _order = new();
    private List<Segment> _segments = [];
    private bool _hasReserve;
    private long _writtenTo;

    /// <summary>The segment being written; null before the first.</summary>
    public Segment? Current { get; private set; }

    /// <summary>Where the next frame goes.</summary>
    public long Offset { get; set; }
    public long Remaining => Current is null ? 0 : Math.Min(Current.Size, uint.MaxValue) - Offset;

    /// <summary>Oldest first; a list of its own.</summary>
    public IReadOnlyList<Segment> All
    {
        get
        {
            lock (_order)
                return [.. _segments];
        }
    }

    public Segment? Find(uint number) => _byNumber.GetValueOrDefault(number);

    /// <summary>For messages; also of a segment that is gone.</summary>
    public string PathOf(uint number) => paths.Segment(number);

    /// <summary>Takes in a segment found at opening; they come in order.</summary>
    public void Adopt(Segment segment)
    {
        Enlist(segment);
        space.Add(segment.Size);
    }

    /// <summary>Writes a frame at <see cref="Offset"/>; durable with the next sync of the segment's file.</summary>
    public void Write(ReadOnlySpan<byte> frame)
    {
        var end = Offset + frame.Length;
        Current!.File.Write(frame, Offset);
        if (end <= _writtenTo)
            return;
        // The first write to blocks that are only allocated makes the file system change its own tables, and the sync wait for that.
        // Zeros over zeros do it for many small frames at once.
        _writtenTo = Math.Min(Current.Size, (end + Ahead - 1) & -Ahead);
        Current.File.Write(Zeros.AsSpan(0, (int)(_writtenTo - end)), end);
    }

    /// <summary>
    /// Begins a segment with room for a frame of that size. The frames before must be durable: the new header says so.
    /// False when there is no room; <paramref name="useReserve"/> then takes the reserve.
    /// </summary>
    public bool TryRoll(int frameBytes, ulong firstFrame, bool useReserve)
    {
        var number = (Current?.Number ?? 0) + 1;
        var path = paths.Segment(number);
        var size = Math.Max(options.SegmentBytes, (frameBytes + SegmentHeader.Length + 4095) & ~4095);
        var file = TryCreate(path, size);
        if (file is null)
        {
            if (!useReserve || !_hasReserve || size > options.SegmentBytes)
                return false;
            files.Rename(paths.Reserve, path);
            file = files.Open(path, create: false);
            _hasReserve = false;
        }
        file.Write(new SegmentHeader(number, store, firstFrame).ToBytes(), 0);
        file.Sync();
        files.SyncDirectory(paths.Log);

        var segment = new Segment(number, file, size, firstFrame, shards);
        Current?.Last.CopyTo(segment.Last.AsSpan());
        Enlist(segment);
        (Offset, _writtenTo) = (SegmentHeader.Length, 0);
        return true;
    }

    /// <summary>An empty segment is kept back.</summary>
    public bool HasReserve => _hasReserve;

    /// <summary>Keeps one empty segment back, when there is room for it.</summary>
    public bool TryKeepReserve()
    {
        if (_hasReserve)
            return true;
        using var file = TryCreate(paths.Reserve, options.SegmentBytes);
        return _hasReserve = file is not null;
    }

    /// <summary>Counts a reserve found at opening.</summary>
    public void AdoptReserve(long size)
    {
        space.Add(size);
        _hasReserve = true;
    }

    /// <summary>Removes the oldest segment, which nothing needs any more.</summary>
    public void RemoveOldest()
    {
        Segment oldest;
        lock (_order)
        {
            oldest = _segments[0];
            _segments = _segments[1..];
        }
        _byNumber.TryRemove(oldest.Number, out _);
        oldest.Dispose();
        files.Delete(paths.Segment(oldest.Number));
        files.SyncDirectory(paths.Log);
        space.Add(-oldest.Size);
    }

    /// <summary>False when the segment is gone.</summary>
    /// <exception cref="JournalDamagedException">The disk does not give it back.</exception>
    public bool TryRead(Location location, Span<byte> into)
    {
        if (Find(location.Segment) is not { } segment)
            return false;
        try
        {
            if (segment.File.Read(into, location.Offset) == into.Length)
                return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        catch (IOException failure)
        {
            throw new JournalDamagedException(segment.File.Path, location.Offset, $"it cannot be read: {failure.Message}");
        }
        throw new JournalDamagedException(segment.File.Path, location.Offset, "the file ends before an entry does");
    }

    public void Dispose()
    {
        foreach (var segment in _segments)
            segment.Dispose();
    }

    private void Enlist(Segment segment)
    {
        lock (_order)
            _segments = [.. _segments, segment];
        _byNumber[segment.Number] = segment;
        Current = segment;
    }

    private IJournalFile? TryCreate(string path, long size)
    {
        if (!space.Allows(size))
            return null;
        var file = files.Open(path, create: true);
        // What an earlier attempt may have left must not be taken for frames.
        file.Truncate(0);
        if (file.TryAllocate(0, size))
        {
            file.Sync();
            space.Add(size);
            return file;
        }
        file.Dispose();
        files.Delete(path);
        return null;
    }
}
