using System.Net;
using System.Net.Sockets;

namespace Herald.TestKit.Receivers;

/// <summary>
/// A port of 127.0.0.1 that refuses connections until it is disposed. It is bound, so that no other program takes it, but it does not
/// listen.
/// </summary>
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
