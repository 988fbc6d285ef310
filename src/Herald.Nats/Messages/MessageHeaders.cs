using System.Buffers.Text;
using System.Text;

namespace Herald.Nats.Messages;

/// <summary>
/// Headers as they were received: a line <c>NATS/1.0</c>, with a status if the server itself sends the message, and lines of names and
/// values. Servers do not check what publishers write there, so a line that is not a header is skipped.
/// </summary>
public readonly struct MessageHeaders(ReadOnlyMemory<byte> block)
{
    private const int VersionLength = 8;

    public bool IsEmpty => block.IsEmpty;

    /// <summary>A number like HTTP's if the server itself sends the message; otherwise 0.</summary>
    public int Status => Utf8Parser.TryParse(FirstLine.Trim((byte)' '), out int status, out _) ? status : 0;

    /// <summary>The server's description of the status.</summary>
    public string StatusText
    {
        get
        {
            var text = FirstLine.Trim((byte)' ');
            var space = text.IndexOf((byte)' ');
            return space < 0 ? "" : Encoding.UTF8.GetString(text[(space + 1)..]);
        }
    }

    private ReadOnlySpan<byte> FirstLine
    {
        get
        {
            var end = block.Span.IndexOf("\r\n"u8);
            return end <= VersionLength ? default : block.Span[VersionLength..end];
        }
    }

    /// <summary>Finds the first header with this name. Letter case counts.</summary>
    public bool TryFind(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach (var header in this)
        {
            if (header.Name.SequenceEqual(name))
            {
                value = header.Value;
                return true;
            }
        }
        value = default;
        return false;
    }

    public Enumerator GetEnumerator() => new(block);

    public readonly struct Header(ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> value)
    {
        public ReadOnlySpan<byte> Name => name.Span;
        public ReadOnlySpan<byte> Value => value.Span;

        /// <summary>Valid as long as the message exists.</summary>
        public ReadOnlyMemory<byte> KeptValue => value;
    }

    public struct Enumerator
    {
        private ReadOnlyMemory<byte> _rest;

        internal Enumerator(ReadOnlyMemory<byte> block)
        {
            _rest = block;
            _ = NextLine();
        }

        public Header Current { get; private set; }

        public bool MoveNext()
        {
            while (!_rest.IsEmpty)
            {
                var line = NextLine();
                var colon = line.Span.IndexOf((byte)':');
                if (colon <= 0)
                    continue;
                Current = new(line[..colon], line[(colon + 1)..].Trim(" \t"u8));
                return true;
            }
            return false;
        }

        private ReadOnlyMemory<byte> NextLine()
        {
            var end = _rest.Span.IndexOf("\r\n"u8);
            var line = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + 2)..];
            return line;
        }
    }
}
