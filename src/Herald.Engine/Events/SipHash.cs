using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Herald.Engine.Events;

/// <summary>
/// The published SipHash-2-4 with 64 and 128 bits: a hash with a secret. Without the secret, an attacker can neither find two inputs with
/// one hash nor compute the hash of an input. The lower half of the secret is the first half of the published key.
/// </summary>
public ref struct SipHash
{
    private const int LengthAt = 56;
    private ulong _a, _b, _c, _d;

    private SipHash(UInt128 secret, ulong variant)
    {
        ulong low = (ulong)secret, high = (ulong)(secret >> 64);
        (_a, _b, _c, _d) = (low ^ 0x736F6D6570736575, high ^ 0x646F72616E646F6D ^ variant, low ^ 0x6C7967656E657261, high ^ 0x7465646279746573);
    }

    public static SipHash Short(UInt128 secret) => new(secret, 0);

    public static SipHash Wide(UInt128 secret) => new(secret, 0xEE);

    public static ulong Of(ReadOnlySpan<byte> bytes, UInt128 secret)
    {
        var hash = Short(secret);
        var last = hash.AddWhole(bytes);
        return hash.EndShort(last, bytes.Length);
    }

    public static UInt128 WideOf(ReadOnlySpan<byte> bytes, UInt128 secret)
    {
        var hash = Wide(secret);
        var last = hash.AddWhole(bytes);
        return hash.EndWide(last, bytes.Length);
    }

    /// <summary>How many bytes <see cref="Add(ReadOnlySpan{byte})"/> counts for an input of this length.</summary>
    public static int Padded(int length) => (length + 7) & ~7;

    public void Add(ulong word) => AddWords(default, word, 1);

    /// <summary>Pads the input with zeros to whole words. The caller must add the input's length separately.</summary>
    public void Add(ReadOnlySpan<byte> bytes) => AddWords(bytes, Rest(bytes), (bytes.Length & 7) == 0 ? 0 : 1);

    /// <param name="last">The bytes of the input after its last whole word.</param>
    /// <param name="length">Bytes of the whole input.</param>
    public ulong EndShort(ulong last, int length)
    {
        Add(last | ((ulong)length << LengthAt));
        _c ^= 0xFF;
        return Squeeze();
    }

    public UInt128 EndWide(ulong last, int length)
    {
        Add(last | ((ulong)length << LengthAt));
        _c ^= 0xEE;
        var low = Squeeze();
        _b ^= 0xDD;
        return new UInt128(Squeeze(), low);
    }

    /// <summary>Returns the remaining bytes, fewer than a word.</summary>
    private ulong AddWhole(ReadOnlySpan<byte> bytes)
    {
        AddWords(bytes, 0, 0);
        return Rest(bytes);
    }

    // Works on local variables, which are registers. Working on the fields takes ten times as long.
    private void AddWords(ReadOnlySpan<byte> bytes, ulong last, int lasts)
    {
        var (a, b, c, d) = (_a, _b, _c, _d);
        for (; bytes.Length >= 8; bytes = bytes[8..])
            Compress(ref a, ref b, ref c, ref d, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        if (lasts > 0)
            Compress(ref a, ref b, ref c, ref d, last);
        (_a, _b, _c, _d) = (a, b, c, d);
    }

    // The bytes after the last whole word. Two reads may overlap; where they do, they carry the same bits.
    private static ulong Rest(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[(bytes.Length & ~7)..];
        return bytes.Length switch
        {
            >= 4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]) << ((bytes.Length - 4) * 8)),
            >= 2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes) | ((ulong)BinaryPrimitives.ReadUInt16LittleEndian(bytes[^2..]) << ((bytes.Length - 2) * 8)),
            1 => bytes[0],
            _ => 0,
        };
    }

    private ulong Squeeze()
    {
        var (a, b, c, d) = (_a, _b, _c, _d);
        Round(ref a, ref b, ref c, ref d);
        Round(ref a, ref b, ref c, ref d);
        Round(ref a, ref b, ref c, ref d);
        Round(ref a, ref b, ref c, ref d);
        (_a, _b, _c, _d) = (a, b, c, d);
        return a ^ b ^ c ^ d;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Compress(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong word)
    {
        d ^= word;
        Round(ref a, ref b, ref c, ref d);
        Round(ref a, ref b, ref c, ref d);
        a ^= word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref ulong a, ref ulong b, ref ulong c, ref ulong d)
    {
        a += b;
        c += d;
        b = BitOperations.RotateLeft(b, 13) ^ a;
        d = BitOperations.RotateLeft(d, 16) ^ c;
        a = BitOperations.RotateLeft(a, 32);
        a += d;
        c += b;
        d = BitOperations.RotateLeft(d, 21) ^ a;
        b = BitOperations.RotateLeft(b, 17) ^ c;
        c = BitOperations.RotateLeft(c, 32);
    }
}
