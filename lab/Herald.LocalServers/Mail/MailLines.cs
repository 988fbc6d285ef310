using System.Text;

namespace Herald.LocalServers.Mail;

/// <summary>Reads the lines of a client. A line ends with CRLF and with nothing else (RFC 5321, section 2.3.8).</summary>
internal sealed class MailLines(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start, _end;

    /// <summary>Null at the end of the stream.</summary>
    public async ValueTask<string?> ReadAsync(CancellationToken cancel)
    {
        var line = new MemoryStream();
        return await ReadAsync(line, cancel).ConfigureAwait(false)
            ? Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length - 2)
            : null;
    }

    /// <summary>Reads the content of a mail up to the line with a single dot, and removes the dots that the transport has added.</summary>
    /// <returns>Null when the stream has ended before.</returns>
    public async ValueTask<byte[]?> ReadContentAsync(CancellationToken cancel)
    {
        var content = new MemoryStream();
        var line = new MemoryStream();
        while (await ReadAsync(line, cancel).ConfigureAwait(false))
        {
            var bytes = line.GetBuffer().AsSpan(0, (int)line.Length);
            if (bytes.SequenceEqual(".\r\n"u8))
                return content.ToArray();
            content.Write(bytes is [(byte)'.', ..] ? bytes[1..] : bytes);
            line.SetLength(0);
        }
        return null;
    }

    private async ValueTask<bool> ReadAsync(MemoryStream line, CancellationToken cancel)
    {
        while (true)
        {
            for (; _start < _end; _start++)
            {
                line.WriteByte(_buffer[_start]);
                if (_buffer[_start] == '\n' && line.Length > 1 && line.GetBuffer()[line.Length - 2] == '\r')
                {
                    _start++;
                    return true;
                }
            }
            if (!await FillAsync(cancel).ConfigureAwait(false))
                return false;
        }
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancel)
    {
        (_start, _end) = (0, 0);
        try
        {
            _end = await stream.ReadAsync(_buffer, cancel).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The client has reset the connection.
        }
        return _end > 0;
    }
}
