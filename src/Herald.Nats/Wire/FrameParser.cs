using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Herald.Nats.Wire;

/// <summary>
/// Reads what a server says: a line, and for messages the bytes that the line announces. Whatever is cut off is asked for again from its beginning, so
/// nothing is remembered between two reads.
/// </summary>
public static class FrameParser
{
    /// <summary>The longest line. Only the list of a large cluster's servers comes near it.</summary>
    public const int MaxLine = 64 << 10;

    private const int MaxArguments = 5;

    /// <param name="buffer">Moved past the frame.</param>
    /// <param name="maxBody">Headers and payload of a message together.</param>
    /// <returns>False when more has to be read first.</returns>
    /// <exception cref="ProtocolException">It is not NATS.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, int maxBody, out Frame frame)
    {
        frame = default;
        if (!TryReadLine(buffer, out var line, out var rest))
            return false;
        var space = line.IndexOfAny((byte)' ', (byte)'\t');
        var word = space < 0 ? line : line[..space];
        frame.Text = space < 0 ? default : line[(space + 1)..].Trim(" \t"u8);
        frame.Kind = KindOf(word);
        if (frame.Kind == FrameKind.Message && !TryReadMessage(ref frame, hasHeaders: word.Length == 4, maxBody, ref rest))
            return false;
        buffer = rest;
        return true;
    }

    private static bool TryReadLine(in ReadOnlySequence<byte> buffer, out ReadOnlySpan<byte> line, out ReadOnlySequence<byte> rest)
    {
        var end = buffer.FirstSpan.IndexOf((byte)'\n');
        if (end >= 0)
        {
            line = buffer.FirstSpan[..end];
            rest = buffer.Slice(end + 1);
        }
        else
        {
            line = default;
            rest = default;
            var reader = new SequenceReader<byte>(buffer);
            if (!reader.TryReadTo(out ReadOnlySequence<byte> found, (byte)'\n'))
                return buffer.Length <= MaxLine ? false : throw new ProtocolException($"A line is longer than {MaxLine} bytes.");
            if (found.Length > MaxLine)
                throw new ProtocolException($"A line is longer than {MaxLine} bytes.");
            // It lies in two segments: that is rare.
            line = found.ToArray();
            rest = reader.UnreadSequence;
        }
        if (line.Length > MaxLine)
            throw new ProtocolException($"A line is longer than {MaxLine} bytes.");
        if (line is not [.., (byte)'\r'])
            throw new ProtocolException($"A line does not end with CR and LF: '{Excerpt(line)}'.");
        line = line[..^1];
        return true;
    }

    private static FrameKind KindOf(ReadOnlySpan<byte> word)
    {
        if (Ascii.EqualsIgnoreCase(word, "MSG"u8) || Ascii.EqualsIgnoreCase(word, "HMSG"u8))
            return FrameKind.Message;
        if (Ascii.EqualsIgnoreCase(word, "PING"u8))
            return FrameKind.Ping;
        if (Ascii.EqualsIgnoreCase(word, "PONG"u8))
            return FrameKind.Pong;
        if (Ascii.EqualsIgnoreCase(word, "INFO"u8))
            return FrameKind.Info;
        if (Ascii.EqualsIgnoreCase(word, "+OK"u8))
            return FrameKind.Ok;
        if (Ascii.EqualsIgnoreCase(word, "-ERR"u8))
            return FrameKind.Error;
        throw new ProtocolException($"'{Excerpt(word)}' is no word of NATS.");
    }

    // MSG subject sid [reply-to] bytes, or HMSG subject sid [reply-to] bytes-of-headers bytes-of-all; then the bytes, then CR LF.
    private static bool TryReadMessage(ref Frame frame, bool hasHeaders, int maxBody, ref ReadOnlySequence<byte> rest)
    {
        Span<Range> arguments = stackalloc Range[MaxArguments];
        var count = Split(frame.Text, arguments);
        var least = hasHeaders ? 4 : 3;
        if (count != least && count != least + 1)
            throw Malformed(frame.Text);
        frame.Subject = frame.Text[arguments[0]];
        if (count > least)
            frame.ReplyTo = frame.Text[arguments[2]];
        var sid = NumberOf(frame.Text[arguments[1]]);
        var total = NumberOf(frame.Text[arguments[count - 1]]);
        var headers = hasHeaders ? NumberOf(frame.Text[arguments[count - 2]]) : 0;
        if (sid < 0 || total < 0 || headers < 0 || headers > total)
            throw Malformed(frame.Text);
        if (total > maxBody)
            throw new ProtocolException($"A message of {total} bytes came; the most is {maxBody}.");
        if (rest.Length < total + 2)
            return false;
        (frame.Sid, frame.HeaderBytes) = (sid, (int)headers);
        frame.Body = rest.Slice(0, total);
        var end = new SequenceReader<byte>(rest.Slice(total));
        if (!end.IsNext("\r\n"u8, advancePast: true))
            throw new ProtocolException($"The message '{Excerpt(frame.Text)}' has not the length that it says.");
        rest = end.UnreadSequence;
        return true;
    }

    /// <returns>How many there are; one more than fit when there are too many.</returns>
    private static int Split(ReadOnlySpan<byte> text, Span<Range> into)
    {
        var count = 0;
        for (var at = 0; at < text.Length;)
        {
            var length = text[at..].IndexOfAny((byte)' ', (byte)'\t');
            if (length < 0)
                length = text.Length - at;
            if (length > 0)
            {
                if (count == into.Length)
                    return count + 1;
                into[count++] = new Range(at, at + length);
            }
            at += length + 1;
        }
        return count;
    }

    /// <returns>-1 when it is none.</returns>
    private static long NumberOf(ReadOnlySpan<byte> text) =>
        text is [>= (byte)'0' and <= (byte)'9', ..] && Utf8Parser.TryParse(text, out long number, out var used) && used == text.Length ? number : -1;

    private static ProtocolException Malformed(ReadOnlySpan<byte> text) => new($"A message begins with '{Excerpt(text)}'.");

    private static string Excerpt(ReadOnlySpan<byte> text) => Encoding.ASCII.GetString(text[..Math.Min(text.Length, 100)]).ReplaceLineEndings(" ");
}
