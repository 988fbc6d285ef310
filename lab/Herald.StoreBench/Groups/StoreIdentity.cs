using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Herald.StoreBench.Groups;

/// <summary>The seed and the secret of a store's hashes, drawn when the store is created and kept in a file beside its data.</summary>
internal sealed record StoreIdentity(ulong HashSeed, UInt128 HashSecret)
{
    private const int Length = 24;

    public static StoreIdentity OpenOrCreate(string directory)
    {
        var path = Path.Combine(directory, "identity");
        if (!File.Exists(path))
            File.WriteAllBytes(path, RandomNumberGenerator.GetBytes(Length));
        var bytes = File.ReadAllBytes(path);
        return new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt128LittleEndian(bytes.AsSpan(8)));
    }
}
