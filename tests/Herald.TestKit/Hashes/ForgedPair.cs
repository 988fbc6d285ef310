using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using System.Text.Unicode;

namespace Herald.TestKit.Hashes;

/// <summary>
/// Two different texts of 16 bytes that xxHash cannot tell apart, whatever its seed and whatever stands before and behind them, as long as they
/// begin at a multiple of 8 bytes within what follows the last whole 32 bytes: what anybody can compute who has read the algorithm. Of the first word a
/// bit is flipped that becomes the highest one of the state, where sums and products keep it; the second word flips it back.
/// </summary>
public static class ForgedPair
{
    private const ulong P1 = 0x9E3779B185EBCA87, P2 = 0xC2B2AE3D27D4EB4F;
    private static ReadOnlySpan<byte> Letters => "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"u8;
    private static readonly ulong BackFromP1 = Inverse(P1), BackFromP2 = Inverse(P2);

    /// <summary>The same number gives the same pair again. The first is of letters and digits, the second of any characters that may be published.</summary>
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

    // What every publisher may send as a text.
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

    // Of an odd number, among those of 64 bits: each step doubles the bits that are right.
    private static ulong Inverse(ulong odd)
    {
        var inverse = odd;
        for (var i = 0; i < 6; i++)
            inverse *= 2 - (odd * inverse);
        return inverse;
    }
}
