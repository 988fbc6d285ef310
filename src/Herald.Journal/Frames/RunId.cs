using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Herald.Journal.Frames;

/// <summary>
/// Names a run in its frames. It is made of the store's id, which is random and told to nobody, and of the number of the run: who reads a frame can tell that
/// it is this store's, and nobody can make an event of bytes that would be taken for one.
/// </summary>
internal static class RunId
{
    public static ulong Of(Guid store, long run)
    {
        Span<byte> key = stackalloc byte[16], number = stackalloc byte[8], hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        store.TryWriteBytes(key);
        BinaryPrimitives.WriteInt64LittleEndian(number, run);
        HMACSHA256.HashData(key, number, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
