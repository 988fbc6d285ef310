using System.Buffers.Binary;
using Herald.Engine.Events;
using Herald.Journal.Files;
using Herald.Journal.Frames;

namespace Herald.Journal.Checkpoints;

/// <summary>
/// The checkpoint on disk: a header of 32 bytes (magic, format, store), the items as entries, and a trailer of 8 bytes with the checksum
/// of all before it. Replaced whole, so there is always one good checkpoint or none yet.
/// </summary>
internal static class CheckpointFile
{
    public const int Format = 3;

    private const ulong Magic = 0x315450434C415248; // "HRALCPT1"
    private const int HeaderLength = 32, TrailerLength = 8, DrainBytes = 1 << 20;

    /// <summary>Returns its size.</summary>
    public static long Write(IJournalFiles files, string path, string directory, Guid store, Checkpoint checkpoint)
    {
        var length = 0L;
        AtomicFile.Write(files, path, directory, file =>
        {
            var header = new byte[HeaderLength];
            BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Format);
            store.TryWriteBytes(header.AsSpan(16));
            var crc = ~0u;
            Append(header);

            var buffer = new FrameBuffer();
            checkpoint.Save(buffer, () =>
            {
                if (buffer.Length >= DrainBytes)
                    Drain();
            });
            Drain();

            var trailer = new byte[TrailerLength];
            BinaryPrimitives.WriteUInt32LittleEndian(trailer, ~crc);
            Append(trailer);

            void Drain()
            {
                Append(buffer.Bytes.Span[FrameHeader.Length..]);
                buffer.Clear();
            }

            void Append(ReadOnlySpan<byte> bytes)
            {
                file.Write(bytes, length);
                crc = Crc32C.Append(crc, bytes);
                length += bytes.Length;
            }
        });
        return length;
    }

    /// <summary>The items of the checkpoint, checked; null when there is no checkpoint yet.</summary>
    public static ReadOnlyMemory<byte>? Read(IJournalFiles files, string path, Guid store)
    {
        if (!files.Exists(path))
            return null;
        using var file = files.Open(path, create: false);
        var bytes = new byte[file.Length];
        var length = file.Read(bytes, 0);
        if (length < HeaderLength + TrailerLength || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic)
            throw new JournalDamagedException(path, 0, "not a checkpoint");
        if (BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8)) is var format && format != Format)
            throw new JournalFormatException(path, format, Format);
        var end = length - TrailerLength;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(end)) != Crc32C.Of(bytes.AsSpan(0, end)))
            throw new JournalDamagedException(path, 0, "the checkpoint's checksum does not hold");
        if (new Guid(bytes.AsSpan(16, 16)) != store)
            throw new JournalDamagedException(path, 16, "the checkpoint belongs to another journal");
        return bytes.AsMemory(HeaderLength, end - HeaderLength);
    }
}
