using System.Text;
using NATS.Client.Core;

namespace Herald.Nats.Messages;

/// <summary>
/// Headers are bytes on the wire and strings in NATS.Net. Latin-1 maps each byte to one character and back, so the bytes pass unchanged,
/// whatever their encoding is.
/// </summary>
internal static class HeaderText
{
    public static Encoding Encoding => Encoding.Latin1;

    /// <returns>
    /// False when it cannot be a header: the name is empty, not printable or has a colon, or the value has an end of line.
    /// </returns>
    public static bool TryAdd(this NatsHeaders headers, string name, ReadOnlySpan<byte> value)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExceptInRange('!', '~') || name.Contains(':', StringComparison.Ordinal) || value.ContainsAny((byte)'\r', (byte)'\n'))
            return false;
        headers[name] = Encoding.GetString(value);
        return true;
    }
}
