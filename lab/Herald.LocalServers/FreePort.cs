using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Herald.LocalServers;

/// <summary>
/// A port of 127.0.0.1 that is free, from a range below those that systems hand out by themselves: nobody takes it by chance while the server is
/// stopped and is to come back.
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
                // Taken: another.
            }
        }
    }
}
