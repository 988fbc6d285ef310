using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using System.Text.Unicode;

namespace Herald.TestKit.Hashes;

/// <summary>
/// Pairs of different texts of 16 bytes that xxHash cannot tell apart, whatever its seed and whatever stands before and behind them. The
/// texts must begin at a multiple of 8 bytes, behind the last whole 32 bytes of the input. Everybody who has read the algorithm can compute
/// such pairs. One bit of the first word is flipped. It becomes the highest bit of the state, where sums and products keep it, and the
/// second word flips it back.
/// </summary>
public static class ForgedPair
{
    private const ulong P1 = 0x9E3779B185EBCA87, P2 = 0xC2B2AE3D27D4EB4F;
    private static ReadOnlySpan<byte> Letters => "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"u8;
    private static readonly ulong BackFromP1 = Inverse(P1), BackFromP2 = Inverse(P2);

    /// <summary>
    /// The same number always gives the same pair. The first text has letters and digits; the second can have any characters that can be
    /// published.
    /// </summary>
    public static (string One, string Other) Of(int number)
    {
        ulong first, firstForged, second, secondForged;
        var state = (ulong)number;
        do
        {
            first = Draw(ref state);
            firstForged = Flip(first, 1UL << 36);
        }
        while (!IsText(firstForged));
        do
        {
            second = Draw(ref state);
            secondForged = Flip(second, 1UL << 63);
        }
        while (!IsText(secondForged));
        return (Text(first, second), Text(firstForged, secondForged));
    }

    private static ulong Flip(ulong word, ulong bit) => BitOperations.RotateRight((Mixed(word) ^ bit) * BackFromP1, 31) * BackFromP2;

    private static ulong Mixed(ulong word) => BitOperations.RotateLeft(word * P2, 31) * P1;

    private static ulong Draw(ref ulong state)
    {
        Span<byte> text = stackalloc byte[8];
        foreach (ref var one in text)
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            one = Letters[(int)((state >> 33) % (ulong)Letters.Length)];
        }
        return BinaryPrimitives.ReadUInt64LittleEndian(text);
    }

    // Texts that every publisher can send.
    private static bool IsText(ulong word)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, word);
        return Utf8.IsValid(bytes) && !bytes.ContainsAnyInRange((byte)0, (byte)' ') && !bytes.ContainsAny("\"\\\u007f"u8);
    }

    private static string Text(ulong first, ulong second)
    {
        Span<byte> text = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(text, first);
        BinaryPrimitives.WriteUInt64LittleEndian(text[8..], second);
        return Encoding.UTF8.GetString(text);
    }

    // The inverse of an odd number modulo 2^64. Each step doubles the number of correct bits.
    private static ulong Inverse(ulong odd)
    {
        var inverse = odd;
        for (var i = 0; i < 6; i++)
            inverse *= 2 - (odd * inverse);
        return inverse;
    }
}
