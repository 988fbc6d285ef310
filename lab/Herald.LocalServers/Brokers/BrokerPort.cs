using System.Net.Sockets;

namespace Herald.LocalServers.Brokers;

/// <summary>Asks a broker that starts whether it takes connections.</summary>
internal static class BrokerPort
{
    /// <param name="greets">The broker accepts connections before it can use them, and sends a greeting when it can.</param>
    public static async Task<bool> AnswersAsync(string host, int port, bool greets, CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(host, port, cancel);
            return !greets || await socket.ReceiveAsync(new byte[4], cancel) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
