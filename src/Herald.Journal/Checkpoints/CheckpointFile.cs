using System.Buffers.Binary;
using Herald.Engine.Events;
using Herald.Journal.Files;
using Herald.Journal.Frames;

namespace Herald.Journal.Checkpoints;

/// <summary>
/// The checkpoint on disk: a header of 32 bytes (magic, format, store), the items as entries, and a trailer of 8 bytes with the checksum of
/// everything before it. The file is replaced as a whole, so there is one good checkpoint, or none yet.
/// </summary>
internal static class CheckpointFile
{
    public const int Format = 4;

    /// <summary>The format before kept events were added.</summary>
    private const int OldestFormat = 3;

    private const ulong Magic = 0x315450434C415248; // "HRALCPT1"
    private const int HeaderLength = 32, TrailerLength = 8, DrainBytes = 1 << 20;

    /// <summary>Returns the size of the file.</summary>
    public static long Write(IJournalFiles files, string path, string directory, Guid store, Checkpoint checkpoint)
    {
        var length = 0L;
        AtomicFile.Write(files, path, directory, file =>
        {
            var header = new byte[HeaderLength];
            BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Format);
            store.TryWriteBytes(header.AsSpan(16));
            var crc = Crc32C.Begin();
            Append(header);

            var buffer = new FrameBuffer();
            checkpoint.Save(buffer, () =>
            {
                if (buffer.Length >= DrainBytes)
                    Drain();
            });
            Drain();

            var trailer = new byte[TrailerLength];
            BinaryPrimitives.WriteUInt32LittleEndian(trailer, crc.GetCurrentHashAsUInt32());
            Append(trailer);

            void Drain()
            {
                Append(buffer.Bytes.Span[FrameHeader.Length..]);
                buffer.Clear();
            }

            void Append(ReadOnlySpan<byte> bytes)
            {
                file.Write(bytes, length);
                crc.Append(bytes);
                length += bytes.Length;
            }
        });
        return length;
    }

    /// <summary>Checks the checkpoint and returns its items, or null when there is no checkpoint yet.</summary>
    public static CheckpointItems? Read(IJournalFiles files, string path, Guid store, int pieceBytes = 1 << 20)
    {
        if (!files.Exists(path))
            return null;
        var file = files.Open(path, create: false);
        try
        {
            var length = file.Length;
            Span<byte> header = stackalloc byte[HeaderLength];
            if (file.Read(header, 0) < HeaderLength || length < HeaderLength + TrailerLength || BinaryPrimitives.ReadUInt64LittleEndian(header) != Magic)
                throw new JournalDamagedException(path, 0, "this is not a checkpoint");
            if (BinaryPrimitives.ReadInt32LittleEndian(header[8..]) is var format and (< OldestFormat or > Format))
                throw new JournalFormatException(path, format, Format);
            if (!ChecksumHolds(file, length - TrailerLength, pieceBytes))
                throw new JournalDamagedException(path, 0, "the checksum of the checkpoint does not match");
            if (new Guid(header[16..]) != store)
                throw new JournalDamagedException(path, 16, "the checkpoint belongs to another journal");
            return new CheckpointItems(file, HeaderLength, length - TrailerLength, pieceBytes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static bool ChecksumHolds(IJournalFile file, long end, int pieceBytes)
    {
        var (piece, crc) = (new byte[pieceBytes], Crc32C.Begin());
        for (var at = 0L; at < end;)
        {
            var read = file.Read(piece.AsSpan(0, (int)Math.Min(piece.Length, end - at)), at);
            if (read == 0)
                return false;
            crc.Append(piece.AsSpan(0, read));
            at += read;
        }
        Span<byte> trailer = stackalloc byte[TrailerLength];
        return file.Read(trailer, end) == TrailerLength && BinaryPrimitives.ReadUInt32LittleEndian(trailer) == crc.GetCurrentHashAsUInt32();
    }
}
