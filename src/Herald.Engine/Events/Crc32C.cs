using System.Buffers.Binary;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Herald.Engine.Events;

/// <summary>CRC-32 with the Castagnoli polynomial. It uses the processor's own instruction where there is one.</summary>
public static class Crc32C
{
    private static readonly uint[] Table = BuildTable();

    public static uint Of(ReadOnlySpan<byte> bytes) => ~Append(~0u, bytes);

    /// <summary>The first call passes <c>~0u</c>. The checksum is the complement of the last result.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes) =>
        Sse42.X64.IsSupported ? ByX64(crc, bytes)
        : Crc32.Arm64.IsSupported ? ByArm64(crc, bytes)
        : BySoftware(crc, bytes);

    internal static uint BySoftware(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var one in bytes)
            crc = Table[(byte)(crc ^ one)] ^ (crc >> 8);
        return crc;
    }

    private static uint ByX64(uint crc, ReadOnlySpan<byte> bytes)
    {
        ulong wide = crc;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            wide = Sse42.X64.Crc32(wide, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        crc = (uint)wide;
        foreach (var one in bytes)
            crc = Sse42.Crc32(crc, one);
        return crc;
    }

    private static uint ByArm64(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..])
            crc = Crc32.Arm64.ComputeCrc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes)
            crc = Crc32.ComputeCrc32C(crc, one);
        return crc;
    }

    private static uint[] BuildTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
                value = (value >> 1) ^ ((value & 1) * 0x82F63B78);
            table[i] = value;
        }
        return table;
    }
}
