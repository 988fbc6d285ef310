using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Herald.LocalServers.Push;

/// <summary>
/// Stands before an HTTP/2 server and ends its first connections with GOAWAY (RFC 9113, section 6.8) as soon as a whole request has come,
/// without an answer. Later connections lead to the server.
/// </summary>
public sealed class GoawayRelay : IAsyncDisposable
{
    private const int PrefaceBytes = 24, FrameHeaderBytes = 9;
    private const byte Data = 0, Headers = 1, Settings = 4, Goaway = 7, EndOfStream = 1, Acknowledged = 1;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _server;
    private readonly uint _lastStream;
    private readonly uint _error;
    private readonly Task _accepting;
    private int _left;

    /// <param name="times">How many connections are ended.</param>
    /// <param name="lastStream">The last request that the server claims to have worked on; 0 for none.</param>
    /// <param name="error">0 for a goodbye without an error.</param>
    public GoawayRelay(Uri server, int times, uint lastStream, uint error)
    {
        (_server, _left, _lastStream, _error) = (server, times, lastStream, error);
        _listener.Start();
        Address = new($"http://{_listener.LocalEndpoint}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                connections.Add(_left-- > 0 ? EndAsync(client) : RelayAsync(client));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task EndAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            await stream.ReadExactlyAsync(new byte[PrefaceBytes], _stop.Token);
            await WriteFrameAsync(stream, Settings, 0, []);
            var header = new byte[FrameHeaderBytes];
            while (true)
            {
                await stream.ReadExactlyAsync(header, _stop.Token);
                var length = (header[0] << 16) | (header[1] << 8) | header[2];
                await stream.ReadExactlyAsync(new byte[length], _stop.Token);
                if (header[3] == Settings && (header[4] & Acknowledged) == 0)
                    await WriteFrameAsync(stream, Settings, Acknowledged, []);
                if (header[3] is Data or Headers && (header[4] & EndOfStream) != 0)
                    break;
            }
            var body = new byte[2 * sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(body, _lastStream);
            BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(sizeof(uint)), _error);
            await WriteFrameAsync(stream, Goaway, 0, body);
            client.Client.Shutdown(SocketShutdown.Send);
            // The client reads the goodbye and closes.
            while (await stream.ReadAsync(header, _stop.Token) > 0)
            {
            }
        }
    }

    private async Task WriteFrameAsync(NetworkStream stream, byte type, byte flags, byte[] body)
    {
        byte[] frame = [0, 0, (byte)body.Length, type, flags, 0, 0, 0, 0, .. body];
        await stream.WriteAsync(frame, _stop.Token);
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync(_server.Host, _server.Port, _stop.Token);
            var (near, far) = (client.GetStream(), server.GetStream());
            await Task.WhenAny(near.CopyToAsync(far, _stop.Token), far.CopyToAsync(near, _stop.Token));
        }
    }
}
