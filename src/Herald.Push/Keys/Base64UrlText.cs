using System.Buffers;
using System.Buffers.Text;

namespace Herald.Push.Keys;

/// <summary>Reads base64url (RFC 4648, section 5) of a known length, with or without padding.</summary>
internal static class Base64UrlText
{
    /// <returns>Null for a text that is not so many bytes.</returns>
    public static byte[]? Decode(string text, int length)
    {
        if (text.Length > 2 * length)
            return null;
        var bytes = new byte[2 * length];
        var status = Base64Url.DecodeFromChars(text, bytes, out _, out var written);
        return status == OperationStatus.Done && written == length ? bytes[..length] : null;
    }
}
