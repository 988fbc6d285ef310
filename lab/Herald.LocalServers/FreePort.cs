using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Herald.LocalServers;

/// <summary>
/// Finds a free port of 127.0.0.1, from a range below the ports that systems assign by themselves. So no process takes it by chance while
/// its server is stopped for a restart.
/// </summary>
public static class FreePort
{
    private const int First = 20_000, End = 32_000;

    public static int Find()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // The port is taken: try another one.
            }
        }
    }
}
