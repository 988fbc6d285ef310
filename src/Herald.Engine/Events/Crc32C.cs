using System.IO.Hashing;

namespace Herald.Engine.Events;

/// <summary>CRC-32 with the Castagnoli polynomial: the checksum of what Herald stores.</summary>
public static class Crc32C
{
    [ThreadStatic]
    private static Crc32? _pieces;

    public static uint Of(ReadOnlySpan<byte> bytes) => Crc32.HashToUInt32(Crc32ParameterSet.Crc32C, bytes);

    /// <summary>The checksum of two pieces, as if the second followed the first. Between them is usually the checksum itself.</summary>
    public static uint Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var pieces = _pieces ??= Begin();
        pieces.Append(first);
        pieces.Append(second);
        var checksum = pieces.GetCurrentHashAsUInt32();
        pieces.Reset();
        return checksum;
    }

    /// <summary>For more pieces: append each, then read the current hash.</summary>
    public static Crc32 Begin() => new(Crc32ParameterSet.Crc32C);
}
