using Herald.Journal.Files;

namespace Herald.Journal.Frames;

/// <summary>Reads the frames of one file in order, for as long as they hold together.</summary>
internal sealed class FrameReader(IJournalFile file, long offset, ulong nextNumber)
{
    private const int WindowBytes = 4 << 20;

    private byte[] _window = [];
    private long _windowAt;
    private int _windowLength;

    /// <summary>Where the next frame must be.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>The number the next frame must have.</summary>
    public ulong NextNumber { get; private set; } = nextNumber;

    public FrameHeader Header { get; private set; }

    /// <summary>The entries of the frame; good until the next call.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }
    public long BodyOffset { get; private set; }

    /// <summary>False where the next frame does not hold: the log ends there, or is damaged.</summary>
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

    /// <summary>
    /// Goes on behind a frame that does not hold, when its header still leads to the next: not by looking for one, which events might contain.
    /// Its own entries are not given.
    /// </summary>
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
    /// Looks behind a frame that does not hold. <paramref name="dirtyEnd"/> is where the last byte that is not zero ends;
    /// the answer is where a whole frame lies that says the bad one had been durable, or null.
    /// </summary>
    /// <param name="isOurs">Whether a run may have written here: events may contain the bytes of frames, of other journals too.</param>
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

    /// <summary>So many bytes of the file, or what there is.</summary>
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
