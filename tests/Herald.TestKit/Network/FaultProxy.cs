using System.Net;
using System.Net.Sockets;

namespace Herald.TestKit.Network;

/// <summary>
/// Forwards TCP connections to a port of this machine. A test can cut it: then nothing passes in either direction until the test heals it.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly CancellationTokenSource _closing = new();
    private readonly List<Socket> _open = [];
    private readonly Lock _gate = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource _healed = Done();

    private FaultProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static FaultProxy To(int port) => new(port);

    /// <summary>Like a pulled cable: connections stay open, but no byte passes. New connections are accepted and hang.</summary>
    public void BlackHole() => _healed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Resets all open connections.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            // A socket leaves the list before it is disposed, so all of these are open.
            foreach (var socket in _open)
                socket.Close(timeout: 0);
            _open.Clear();
        }
    }

    public void Heal() => _healed.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _healed.TrySetResult();
        _listener.Stop();
        Reset();
        await _accepting;
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ForwardAsync(await _listener.AcceptSocketAsync(_closing.Token));
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy was closed.
        }
    }

    private async Task ForwardAsync(Socket from)
    {
        var to = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        lock (_gate)
            _open.AddRange([from, to]);
        try
        {
            (from.NoDelay, to.NoDelay) = (true, true);
            await _healed.Task;
            await to.ConnectAsync(IPAddress.Loopback, _target, _closing.Token);
            await Task.WhenAny(CopyAsync(from, to), CopyAsync(to, from));
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One of the two connections has ended, so the other one ends, too.
        }
        lock (_gate)
            _open.RemoveAll(socket => socket == from || socket == to);
        from.Dispose();
        to.Dispose();
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        try
        {
            var buffer = new byte[16 << 10];
            while (await from.ReceiveAsync(buffer, _closing.Token) is > 0 and var count)
            {
                await _healed.Task;
                for (var sent = 0; sent < count;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _closing.Token);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The caller sees the end of this task.
        }
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
