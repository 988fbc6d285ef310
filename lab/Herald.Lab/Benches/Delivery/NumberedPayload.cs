using System.Buffers.Text;
using System.Globalization;
using Herald.Lab.Benches.Load;

namespace Herald.Lab.Benches.Delivery;

/// <summary>
/// The payload that identifies an event to the receiver: JSON of a fixed length, with the key and the number within the key at fixed
/// positions. Herald delivers it byte for byte, so it can be read without a parser.
/// </summary>
internal static class NumberedPayload
{
    public const int Bytes = PublishShape.PayloadBytes;
    private const string Begin = "{\"key\":\"", Middle = "\",\"number\":\"", End = "\",\"data\":\"", Last = "\"}";
    private const int KeyAt = 8, KeyDigits = 3, NumberAt = KeyAt + KeyDigits + 12, NumberDigits = 12;
    private static readonly byte[] Template = System.Text.Encoding.ASCII.GetBytes(
        $"{Begin}{new string('0', KeyDigits)}{Middle}{new string('0', NumberDigits)}{End}".PadRight(Bytes - Last.Length, 'x') + Last);

    public static void Write(Span<byte> into, int key, long number)
    {
        Template.CopyTo(into);
        key.TryFormat(into[KeyAt..], out _, "000", CultureInfo.InvariantCulture);
        number.TryFormat(into[NumberAt..], out _, "000000000000", CultureInfo.InvariantCulture);
    }

    /// <returns>False when any byte differs from what was written.</returns>
    public static bool TryParse(ReadOnlySpan<byte> payload, out int key, out long number)
    {
        (key, number) = (0, 0);
        if (payload.Length != Bytes
            || !Utf8Parser.TryParse(payload.Slice(KeyAt, KeyDigits), out key, out var keyDigits) || keyDigits != KeyDigits
            || !Utf8Parser.TryParse(payload.Slice(NumberAt, NumberDigits), out number, out var digits) || digits != NumberDigits)
            return false;
        Span<byte> written = stackalloc byte[Bytes];
        Write(written, key, number);
        return payload.SequenceEqual(written);
    }
}
