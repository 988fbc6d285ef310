using System.Globalization;
using System.Text;

namespace Herald.TestKit.Receivers;

/// <summary>
/// Reads HTTP/1.1 requests with a content length from a stream. It knows only as much of the protocol as a test's receiver needs.
/// </summary>
internal sealed class RequestReader(Stream stream, int connection)
{
    private byte[] _buffer = new byte[16 * 1024];
    private int _length;

    /// <returns>The next request. Null when the other side has closed the connection.</returns>
    public async Task<ReceivedRequest?> ReadAsync(CancellationToken cancel)
    {
        int end;
        while ((end = _buffer.AsSpan(0, _length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (!await FillAsync(cancel))
                return null;
        }

        var lines = Encoding.Latin1.GetString(_buffer, 0, end).Split("\r\n");
        var first = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(Split).ToList();
        var length = headers.Where(h => h.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            .Select(h => int.Parse(h.Value, CultureInfo.InvariantCulture)).SingleOrDefault();
        Drop(end + 4);
        while (_length < length)
        {
            if (!await FillAsync(cancel))
                return null;
        }

        var body = _buffer.AsSpan(0, length).ToArray();
        Drop(length);
        return new ReceivedRequest(connection, first[0], first[1], first[2], headers, body);
    }

    private static KeyValuePair<string, string> Split(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return new(line[..colon], line[(colon + 1)..].Trim());
    }

    private async Task<bool> FillAsync(CancellationToken cancel)
    {
        if (_length == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = await stream.ReadAsync(_buffer.AsMemory(_length), cancel);
        _length += read;
        return read > 0;
    }

    private void Drop(int count)
    {
        _buffer.AsSpan(count, _length - count).CopyTo(_buffer);
        _length -= count;
    }
}
