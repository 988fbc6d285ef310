using System.Net.Sockets;

namespace Herald.EndToEnd;

/// <summary>Waits until another program accepts connections on a port of this machine.</summary>
internal static class Listening
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    /// <param name="isEnded">The program has ended, so it will never listen.</param>
    public static async Task UntilAsync(int port, TimeSpan patience, Func<bool> isEnded, CancellationToken cancel)
    {
        for (var began = TimeProvider.System.GetTimestamp(); ;)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync("127.0.0.1", port, cancel);
                return;
            }
            catch (SocketException failure)
            {
                if (isEnded() || TimeProvider.System.GetElapsedTime(began) >= patience)
                    throw new TimeoutException($"Nothing listens on port {port}.", failure);
                await Task.Delay(LookEvery, TimeProvider.System, cancel);
            }
        }
    }
}
