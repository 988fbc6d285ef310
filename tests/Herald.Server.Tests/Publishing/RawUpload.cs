using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Herald.Server.Tests.Publishing;

/// <summary>An upload on a socket of its own, which the test can end as a disconnecting client does.</summary>
internal sealed class RawUpload : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private RawUpload() { }

    /// <summary>Sends the head of a request and a part of its body.</summary>
    /// <param name="length">The length of the whole body; null to send it in chunks.</param>
    public static async Task<RawUpload> BeginAsync(Uri server, string method, string path, int? length, int sent, CancellationToken cancel)
    {
        var upload = new RawUpload();
        await upload._socket.ConnectAsync(IPAddress.Loopback, server.Port, cancel);
        var framing = length is { } known ? $"Content-Length: {known.ToString(CultureInfo.InvariantCulture)}" : "Transfer-Encoding: chunked";
        await upload.SendAsync($"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{framing}\r\n\r\n", cancel);
        var part = new string(' ', sent);
        await upload.SendAsync(length is null ? $"{sent:x}\r\n{part}\r\n" : part, cancel);
        return upload;
    }

    public async Task SendAsync(string text, CancellationToken cancel)
    {
        var rest = Encoding.ASCII.GetBytes(text).AsMemory();
        while (!rest.IsEmpty)
            rest = rest[await _socket.SendAsync(rest, cancel)..];
    }

    /// <summary>Ends the connection as when the client's process is killed.</summary>
    public void Reset() => _socket.Close(timeout: 0);

    public void Dispose() => _socket.Dispose();
}
