using Herald.Journal.Files;

namespace Herald.Journal.Frames;

/// <summary>Reads the frames of one file in order, until a frame is missing or damaged.</summary>
internal sealed class FrameReader(IJournalFile file, long offset, ulong nextNumber)
{
    private const int WindowBytes = 4 << 20;

    private byte[] _window = [];
    private long _windowAt;
    private int _windowLength;

    /// <summary>Where the next frame must start.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>The number the next frame must have.</summary>
    public ulong NextNumber { get; private set; } = nextNumber;

    public FrameHeader Header { get; private set; }

    /// <summary>The entries of the frame; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }
    public long BodyOffset { get; private set; }

    /// <summary>Returns false when the next frame is not whole: the log ends there, or is damaged.</summary>
    public bool MoveNext()
    {
        if (!TryRead(Offset, out var frame) || FrameHeader.Read(frame.Span).Number != NextNumber)
            return false;
        Header = FrameHeader.Read(frame.Span);
        Body = frame[FrameHeader.Length..];
        BodyOffset = Offset + FrameHeader.Length;
        Offset += (frame.Length + FrameHeader.Alignment - 1) & -FrameHeader.Alignment;
        NextNumber++;
        return true;
    }

    /// <summary>Passes a damaged frame, if its header leads to a whole frame that follows.</summary>
    /// <remarks>
    /// It does not search for the next frame, because events can contain bytes that look like one. The entries of the damaged frame are not
    /// returned.
    /// </remarks>
    public bool TryPassDamaged()
    {
        var bytes = Window(Offset, FrameHeader.Length);
        if (bytes.Length < FrameHeader.Length || !FrameHeader.HasMagic(bytes.Span))
            return false;
        var header = FrameHeader.Read(bytes.Span);
        if (header.Number != NextNumber || header.BodyLength < 0)
            return false;
        var next = Offset + ((FrameHeader.Length + (long)header.BodyLength + FrameHeader.Alignment - 1) & -FrameHeader.Alignment);
        if (!TryRead(next, out var following) || FrameHeader.Read(following.Span).Number != NextNumber + 1)
            return false;
        (Offset, Body) = (next, default);
        NextNumber++;
        return true;
    }

    /// <summary>
    /// Searches behind a frame that is not whole. Returns the offset of a later whole frame whose header says that the bad frame was
    /// durable, or null.
    /// </summary>
    /// <param name="isOurs">Whether this run can have written to this file. Events can contain the bytes of frames, also of other journals'
    /// frames.</param>
    /// <param name="dirtyEnd">The end of the last byte that is not zero.</param>
    public long? FindWitness(Func<ulong, bool> isOurs, out long dirtyEnd)
    {
        dirtyEnd = Offset;
        long? witness = null;
        var length = file.Length;
        for (var at = Offset; at < length; at += WindowBytes - FrameHeader.Length)
        {
            var window = Window(at, WindowBytes).Span;
            if (window.LastIndexOfAnyExcept((byte)0) is var last and >= 0)
                dirtyEnd = Math.Max(dirtyEnd, at + last + 1);
            else
                continue;
            for (var i = 0; i + FrameHeader.Length <= window.Length && witness is null; i += FrameHeader.Alignment)
            {
                if (!FrameHeader.HasMagic(window[i..]) || at + i == Offset)
                    continue;
                var header = FrameHeader.Read(window[i..]);
                if (header.Number > NextNumber && header.Durable >= NextNumber && isOurs(header.Run) && TryRead(at + i, out _))
                    witness = at + i;
                window = Window(at, WindowBytes).Span;
            }
        }
        return witness;
    }

    private bool TryRead(long at, out ReadOnlyMemory<byte> frame)
    {
        frame = default;
        var header = Window(at, FrameHeader.Length);
        if (header.Length < FrameHeader.Length || !FrameHeader.HasMagic(header.Span))
            return false;
        var format = FrameHeader.FormatOf(header.Span);
        var length = FrameHeader.Read(header.Span).BodyLength;
        if (length < 0 || length > file.Length - at - FrameHeader.Length)
            return false;
        frame = Window(at, FrameHeader.Length + length);
        if (frame.Length < FrameHeader.Length + length || !FrameHeader.ChecksumHolds(frame.Span))
            return false;
        if (format is < FrameHeader.OldestFormat or > FrameHeader.Format)
            throw new JournalFormatException(file.Path, format, FrameHeader.Format);
        return true;
    }

    /// <summary>Returns this many bytes of the file, or fewer at its end.</summary>
    private ReadOnlyMemory<byte> Window(long at, int count)
    {
        if (at < _windowAt || at + count > _windowAt + _windowLength)
        {
            if (_window.Length < count)
                _window = GC.AllocateUninitializedArray<byte>((int)Math.Max(count, Math.Min(WindowBytes, file.Length)));
            _windowAt = at;
            _windowLength = file.Read(_window, at);
        }
        var start = (int)(at - _windowAt);
        return _window.AsMemory(start, Math.Min(count, _windowLength - start));
    }
}
