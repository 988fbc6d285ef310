using System.Buffers.Text;

namespace Herald.Lab.Benches.Load;

/// <summary>As much of an HTTP answer's head as a generator must know.</summary>
internal readonly record struct AnswerHead(int Status, int HeadBytes, int BodyBytes)
{
    /// <returns>False while the head is not complete.</returns>
    /// <exception cref="IOException">It is no answer whose end could be known.</exception>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out AnswerHead head)
    {
        head = default;
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        var lines = bytes[..(end + 2)];
        var name = "\r\nContent-Length: "u8;
        var at = lines.IndexOf(name);
        if (!lines.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(lines[9..], out int status, out _)
            || at < 0 || !Utf8Parser.TryParse(lines[(at + name.Length)..], out int length, out _))
            throw new IOException("The server answers without a Content-Length.");
        head = new(status, end + 4, length);
        return true;
    }
}
