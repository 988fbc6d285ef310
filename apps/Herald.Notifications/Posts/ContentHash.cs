using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Herald.Notifications.Posts;

/// <summary>The first 16 bytes of SHA-256 of a post's canonical form. Posts with the same hash have the same content.</summary>
internal readonly record struct ContentHash(UInt128 Value)
{
    public const int Length = 16, TextLength = 2 * Length;

    public static ContentHash Of(ReadOnlySpan<byte> canonical)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(canonical, hash);
        return Read(hash);
    }

    public static ContentHash Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    public void Write(Span<byte> into) => BinaryPrimitives.WriteUInt128BigEndian(into, Value);

    /// <summary>Writes it in hexadecimal digits, in lower case.</summary>
    public void WriteText(Span<byte> into) => Value.TryFormat(into, out _, "x32", CultureInfo.InvariantCulture);

    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
