using System.Net;
using System.Net.Sockets;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Latency;

/// <summary>
/// A TCP relay to a port of this machine that adds the same delay in each direction and changes nothing else. It does not delay the opening
/// of a connection.
/// </summary>
internal sealed class DelayRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly PreciseDelays _delays;
    private readonly TimeSpan _delay;
    private readonly int _target;
    private readonly Task _accepting;

    private DelayRelay(int target, TimeSpan delay, TimeProvider time)
    {
        (_target, _delay, _delays) = (target, delay, new PreciseDelays(time, shortest: delay));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The port on 127.0.0.1 where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <param name="delay">The delay in each direction.</param>
    public static DelayRelay To(int port, TimeSpan delay, TimeProvider time) => new(port, delay, time);

    /// <summary>Ends all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _accepting;
        _listener.Stop();
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                var near = await _listener.AcceptSocketAsync(_closing.Token);
                open.RemoveAll(relaying => relaying.IsCompleted);
                open.Add(RelayAsync(near));
            }
        }
        catch (OperationCanceledException)
        {
            // The relay is closed.
        }
        await Task.WhenAll(open);
    }

    /// <summary>
    /// Relays until one side ends the connection or fails. The bytes that this side sent before are passed on, and then the other side is
    /// closed too.
    /// </summary>
    private async Task RelayAsync(Socket near)
    {
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (near)
        using (var ending = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token))
        {
            try
            {
                (near.NoDelay, far.NoDelay) = (true, true);
                await far.ConnectAsync(IPAddress.Loopback, _target, ending.Token);
                Task[] ways = [PassAsync(near, far, ending.Token), PassAsync(far, near, ending.Token)];
                await Task.WhenAny(ways);
                await ending.CancelAsync();
                await Task.WhenAll(ways);
            }
            catch (Exception failure) when (failure is OperationCanceledException or SocketException)
            {
                // One of the two sides has closed the connection, or no server listens on the port.
            }
        }
    }

    private Task PassAsync(Socket from, Socket to, CancellationToken cancel) =>
        new DelayedWay(from, to, () => _delays.WaitAsync(_delay)).RunAsync(cancel);
}
