using System.Collections.Concurrent;
using Herald.Journal.Files;
using Herald.Journal.Frames;

namespace Herald.Journal.Segments;

/// <summary>
/// The log files: the one being written, those before it, and one in reserve that only deliveries can use up. The writer changes it; any
/// thread can read it.
/// </summary>
internal sealed class SegmentLog(
    IJournalFiles files, JournalPaths paths, JournalOptions options, DiskSpace space, Guid store, int shards) : IDisposable
{
    /// <summary>How many bytes of zeros are written ahead of a frame, at most; none behind a frame of this size.</summary>
    private const int Ahead = 128 << 10;
    private static readonly byte[] Zeros = new byte[Ahead];

    private readonly ConcurrentDictionary<uint, Segment> _byNumber = new();
    private readonly Lock _order = new();
    private List<Segment> _segments = [];
    private bool _hasReserve;
    private long _writtenTo;

    /// <summary>The segment being written; null before there is one.</summary>
    public Segment? Current { get; private set; }

    /// <summary>Where the next frame goes.</summary>
    public long Offset { get; set; }
    public long Remaining => Current is null ? 0 : Math.Min(Current.Size, uint.MaxValue) - Offset;

    /// <summary>Returns a copy of the list, oldest first.</summary>
    public IReadOnlyList<Segment> All
    {
        get
        {
            lock (_order)
                return [.. _segments];
        }
    }

    public Segment? Find(uint number) => _byNumber.GetValueOrDefault(number);

    /// <summary>Returns the path for a message, also for a segment that was removed.</summary>
    public string PathOf(uint number) => paths.Segment(number);

    /// <summary>Adds a segment that opening found. Call it in the order of the segments.</summary>
    public void Adopt(Segment segment)
    {
        Enlist(segment);
        space.Add(segment.Size);
    }

    /// <summary>Writes a frame at <see cref="Offset"/>. The frame is durable with the next sync of the segment's file.</summary>
    public void Write(ReadOnlySpan<byte> frame)
    {
        var end = Offset + frame.Length;
        Current!.File.Write(frame, Offset);
        // The first write to a block that is only allocated makes the file system change its own tables, and the next sync waits for that.
        // Writing zeros over the zeros ahead does this once for many small frames. Behind a large frame they would save nothing, because
        // the next one reaches beyond them.
        if (end <= _writtenTo || frame.Length >= Ahead)
            return;
        _writtenTo = Math.Min(Current.Size, (end + Ahead - 1) & -Ahead);
        Current.File.Write(Zeros.AsSpan(0, (int)(_writtenTo - end)), end);
    }

    /// <summary>
    /// Begins a segment with room for a frame of that size. All frames before must be durable, because the new header says so.
    /// </summary>
    /// <remarks>Returns false when there is no room. <paramref name="useReserve"/> permits it to take the reserve in that case.</remarks>
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

    public bool HasReserve => _hasReserve;

    /// <summary>Allocates the empty segment that is kept in reserve, if there is room for it. Returns whether there is a reserve.</summary>
    public bool TryKeepReserve()
    {
        if (_hasReserve)
            return true;
        using var file = TryCreate(paths.Reserve, options.SegmentBytes);
        return _hasReserve = file is not null;
    }

    /// <summary>Takes over a reserve that opening found.</summary>
    public void AdoptReserve(long size)
    {
        space.Add(size);
        _hasReserve = true;
    }

    /// <summary>Removes the oldest segment. The caller must know that nothing in it is needed.</summary>
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

    /// <summary>Returns false when the segment was removed.</summary>
    /// <exception cref="JournalDamagedException">The bytes cannot be read from the disk.</exception>
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
        throw new JournalDamagedException(segment.File.Path, location.Offset, "the file ends in the middle of an entry");
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
        // An earlier attempt may have left bytes that must not be taken for frames.
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
