using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Herald.Journal.Frames;

/// <summary>Names a run in the run's frames.</summary>
/// <remarks>
/// It is computed from the run's number and the store's id, which is random and secret. So a reader can tell that a frame belongs to this
/// store, and no publisher can craft an event whose bytes pass for a frame.
/// </remarks>
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
