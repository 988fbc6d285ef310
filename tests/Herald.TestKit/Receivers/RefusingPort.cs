using System.Net;
using System.Net.Sockets;

namespace Herald.TestKit.Receivers;

/// <summary>A port of 127.0.0.1 that refuses connections for as long as this lives: bound, so that nobody else takes it, but not listening.</summary>
public sealed class RefusingPort : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public RefusingPort()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public Uri Endpoint => new($"http://127.0.0.1:{Port}/hook");

    public void Dispose() => _socket.Dispose();
}
