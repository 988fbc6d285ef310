using System.Buffers.Text;

namespace Herald.Lab.Benches.Load;

/// <summary>The parts of an HTTP answer's head that a generator needs.</summary>
internal readonly record struct AnswerHead(int Status, int HeadBytes, int BodyBytes)
{
    /// <returns>False while the head is not complete.</returns>
    /// <exception cref="IOException">The answer has a form whose end cannot be determined.</exception>
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
            throw new IOException("The server answered without a Content-Length.");
        head = new(status, end + 4, length);
        return true;
    }
}
