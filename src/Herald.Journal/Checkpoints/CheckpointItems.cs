using System.Buffers.Binary;
using Herald.Journal.Files;
using Herald.Journal.Frames;

namespace Herald.Journal.Checkpoints;

/// <summary>Reads the items of a checkpoint in pieces, because a checkpoint can be larger than any array.</summary>
internal sealed class CheckpointItems(IJournalFile file, long from, long end, int pieceBytes) : IDisposable
{
    private byte[] _piece = new byte[pieceBytes];
    private int _length, _given;
    private long _next = from;

    /// <summary>Returns as many whole items as fit into a piece; empty at the end. The memory is valid until the next call.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        _piece.AsSpan(_given, _length - _given).CopyTo(_piece);
        (_length, _given) = (_length - _given, 0);
        while (true)
        {
            var count = (int)Math.Min(_piece.Length - _length, end - _next);
            if (file.Read(_piece.AsSpan(_length, count), _next) < count)
                throw new JournalDamagedException(file.Path, _next, "the checkpoint ends in the middle of an item");
            (_length, _next) = (_length + count, _next + count);
            _given = WholeItems(out var wanted);
            if (_given > 0 || (_length == 0 && _next == end))
                return _piece.AsMemory(0, _given);
            if (_next == end)
                throw new JournalDamagedException(file.Path, _next, "an item of the checkpoint is longer than the checkpoint");
            Array.Resize(ref _piece, (int)Math.Min(Array.MaxLength, Math.Max(2L * _piece.Length, wanted)));
        }
    }

    public void Dispose() => file.Dispose();

    /// <param name="wanted">The bytes that the first incomplete item needs.</param>
    private int WholeItems(out long wanted)
    {
        wanted = FrameBuffer.EntryHeader;
        for (var at = 0L; ; at += wanted)
        {
            wanted = FrameBuffer.EntryHeader;
            if (at + FrameBuffer.EntryHeader > _length)
                return (int)at;
            var length = BinaryPrimitives.ReadInt32LittleEndian(_piece.AsSpan((int)at + 4));
            if (length < 0)
                throw new JournalDamagedException(file.Path, _next, "an item of the checkpoint has a negative length");
            wanted = (FrameBuffer.EntryHeader + (long)length + FrameHeader.Alignment - 1) & -FrameHeader.Alignment;
            if (at + wanted > _length)
                return (int)at;
        }
    }
}
