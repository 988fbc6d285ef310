using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Herald.LocalServers.Mail;

/// <summary>
/// A mail server on 127.0.0.1 that takes mails and does what a plan says. It follows RFC 5321 (SMTP), 1870 (SIZE), 2920 (PIPELINING),
/// 3207 (STARTTLS), 4954 (AUTH) and 6531 (SMTPUTF8), and refuses what they do not allow.
/// </summary>
public sealed class LocalMailServer : IAsyncDisposable
{
    private readonly MailServerOptions _options;
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<int, (Socket Socket, Task Session)> _sessions = new();
    private readonly Task _accepting;
    private int _connections;

    /// <param name="port">0 for any free port.</param>
    public LocalMailServer(MailServerOptions options, int port = 0)
    {
        _options = options;
        _listener = new(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections there have been.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>How many connections are open.</summary>
    public int OpenConnections => _sessions.Count;

    /// <summary>Ends all present connections, as a server that restarts does.</summary>
    public void DropConnections()
    {
        foreach (var (socket, _) in _sessions.Values)
            socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        DropConnections();
        await _accepting.ConfigureAwait(false);
        foreach (var (_, session) in _sessions.Values)
            await session.ConfigureAwait(false);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync(_end.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            socket.NoDelay = true;
            var number = Interlocked.Increment(ref _connections);
            var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _sessions[number] = (socket, ServeAsync(socket, number, begin.Task));
            begin.SetResult();
        }
    }

    private async Task ServeAsync(Socket socket, int number, Task begin)
    {
        await begin.ConfigureAwait(false);
        try
        {
            using var stream = new NetworkStream(socket, ownsSocket: true);
            var session = new MailSession(_options, number, stream);
            await session.RunAsync(_end.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (
            failure is IOException or OperationCanceledException or ObjectDisposedException or SocketException
                or System.Security.Authentication.AuthenticationException)
        {
            // The client is gone, or the server stops.
        }
        finally
        {
            _sessions.TryRemove(number, out _);
        }
    }
}
