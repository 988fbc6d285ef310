using System.Buffers.Binary;
using System.Security.Cryptography;
using Herald.Engine.Events;
using Herald.Journal.Files;

namespace Herald.Journal;

/// <summary>
/// What never changes after a journal is created: its id, its number of shards, and the seed and the secret of its hashes.
/// </summary>
internal sealed record JournalIdentity(Guid Store, int ShardCount, ulong HashSeed, UInt128 HashSecret)
{
    public const int Format = 3;

    private const ulong Magic = 0x3144494C41524548; // "HERALID1"
    private const int Length = 60, ChecksumAt = 56;

    public static JournalIdentity ReadOrCreate(IJournalFiles files, JournalPaths paths, int shards)
    {
        if (files.Exists(paths.Identity))
        {
            using var file = files.Open(paths.Identity, create: false);
            return Read(file);
        }
        if (files.List(paths.Log).Count > 0)
            throw new JournalDamagedException(paths.Identity, 0, "the identity file is missing, but there is a log");
        var identity = new JournalIdentity(
            Guid.NewGuid(), shards, BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)),
            BinaryPrimitives.ReadUInt128LittleEndian(RandomNumberGenerator.GetBytes(16)));
        identity.Write(files, paths);
        return identity;
    }

    public void Write(IJournalFiles files, JournalPaths paths)
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Format);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), ShardCount);
        Store.TryWriteBytes(bytes.AsSpan(16));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), HashSeed);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(40), HashSecret);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumAt), Crc32C.Of(bytes.AsSpan(0, ChecksumAt)));
        AtomicFile.Write(files, paths.Identity, paths.Root, file => file.Write(bytes, 0));
    }

    private static JournalIdentity Read(IJournalFile file)
    {
        var bytes = new byte[Length];
        var length = file.Read(bytes, 0);
        if (length < 12 || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic)
            throw new JournalDamagedException(file.Path, 0, "this is not the identity file of a journal");
        if (BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8)) is var format && format != Format)
            throw new JournalFormatException(file.Path, format, Format);
        if (length < Length || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(ChecksumAt)) != Crc32C.Of(bytes.AsSpan(0, ChecksumAt)))
            throw new JournalDamagedException(file.Path, 0, "the checksum of the identity file does not match");
        return new JournalIdentity(
            new Guid(bytes.AsSpan(16, 16)), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12)),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(32)),
            BinaryPrimitives.ReadUInt128LittleEndian(bytes.AsSpan(40)));
    }
}
