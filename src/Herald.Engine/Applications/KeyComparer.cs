using System.Buffers.Binary;
using System.Security.Cryptography;
using Herald.Engine.Events;

namespace Herald.Engine.Applications;

/// <summary>Compares keys of state by their bytes. A look-up needs no copy.</summary>
internal sealed class KeyComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly KeyComparer Instance = new();

    // Keys come from outside. The secret prevents a publisher from choosing keys that all fall into one bucket.
    private static readonly UInt128 Secret = BinaryPrimitives.ReadUInt128LittleEndian(RandomNumberGenerator.GetBytes(16));

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)SipHash.Of(alternate, Secret);
}
