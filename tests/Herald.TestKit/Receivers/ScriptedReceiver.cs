using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace Herald.TestKit.Receivers;

/// <summary>
/// An HTTP/1.1 receiver on a free port of 127.0.0.1 that follows a script, also into misbehaviour. It uses bare sockets because a regular
/// server cannot be made to misbehave. For HTTP/2 there is <see cref="Http2Receiver"/>.
/// </summary>
public sealed class ScriptedReceiver : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, Task> _connections = new();
    private readonly Channel<ReceivedRequest> _received = Channel.CreateUnbounded<ReceivedRequest>();
    private readonly TaskCompletionSource _firstAccepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly Task _accepting;
    private volatile Func<ReceivedRequest, Reply> _script;
    private int _accepted;

    public ScriptedReceiver(Func<ReceivedRequest, Reply>? script = null, SslServerAuthenticationOptions? tls = null, bool hangBeforeTls = false)
    {
        _script = script ?? (_ => Reply.Ok);
        _tls = tls;
        HangBeforeTls = hangBeforeTls;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public bool HangBeforeTls { get; }

    public Uri Endpoint => new($"{(_tls is null && !HangBeforeTls ? "http" : "https")}://127.0.0.1:{Port}/hook");

    public int AcceptedConnections => Volatile.Read(ref _accepted);

    /// <summary>Every request with its whole body, in the order received.</summary>
    public ChannelReader<ReceivedRequest> Received => _received.Reader;

    public void Script(Func<ReceivedRequest, Reply> script) => _script = script;

    public void Script(Reply always) => _script = _ => always;

    /// <summary>Answers with these replies in turn, and then always with the last one.</summary>
    public void Script(params Reply[] turns)
    {
        var turn = -1;
        _script = _ => turns[Math.Min(Interlocked.Increment(ref turn), turns.Length - 1)];
    }

    /// <summary>Refuses further connections. Those that are open stay.</summary>
    public void StopListening() => _listener.Dispose();

    /// <summary>Completes when the first connection has been accepted.</summary>
    public Task AcceptedAsync(CancellationToken cancel = default) => _firstAccepted.Task.WaitAsync(cancel);

    public async Task<ReceivedRequest> NextAsync(CancellationToken cancel = default) => await Received.ReadAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        foreach (var socket in _connections.Keys)
            socket.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Values);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                socket.NoDelay = true;
                var number = Interlocked.Increment(ref _accepted);
                _firstAccepted.TrySetResult();
                var begin = new TaskCompletionSource();
                _connections[socket] = ServeAsync(socket, number, begin.Task);
                begin.SetResult();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(Socket socket, int number, Task begin)
    {
        await begin;
        try
        {
            await using var stream = await SecureAsync(socket);
            var reader = new RequestReader(stream, number);
            while (await reader.ReadAsync(_stop.Token) is { } request)
            {
                await _received.Writer.WriteAsync(request);
                if (!await ReplyAsync(socket, stream, _script(request)))
                    break;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException
            or System.Security.Authentication.AuthenticationException)
        {
        }
        finally
        {
            socket.Dispose();
            _connections.TryRemove(socket, out _);
        }
    }

    private async Task<Stream> SecureAsync(Socket socket)
    {
        if (HangBeforeTls)
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);
        var plain = new NetworkStream(socket, ownsSocket: false);
        if (_tls is null)
            return plain;
        var secure = new SslStream(plain);
        await secure.AuthenticateAsServerAsync(_tls, _stop.Token);
        return secure;
    }

    /// <returns>False when the connection must be closed.</returns>
    private async Task<bool> ReplyAsync(Socket socket, Stream stream, Reply reply)
    {
        switch (reply)
        {
            case Reply.Status status:
                var head = new StringBuilder($"HTTP/1.1 {status.Code} Scripted\r\nContent-Length: {Encoding.UTF8.GetByteCount(status.Body)}\r\n");
                foreach (var (name, value) in status.Headers)
                    head.Append($"{name}: {value}\r\n");
                await WriteAsync(stream, $"{head}\r\n{status.Body}");
                return true;
            case Reply.StatusAndClose status:
                await WriteAsync(stream, $"HTTP/1.1 {status.Code} Scripted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                return false;
            case Reply.Old old:
                await WriteAsync(stream, $"HTTP/1.0 {old.Code} Scripted\r\nContent-Length: 0\r\n\r\n");
                return true;
            case Reply.Raw raw:
                await stream.WriteAsync(raw.Bytes, _stop.Token);
                if (!raw.CloseAfter)
                    await UntilStoppedAsync();
                return false;
            case Reply.Drip drip:
                foreach (var one in drip.Bytes)
                {
                    await drip.Release.WaitAsync(_stop.Token);
                    await stream.WriteAsync(new[] { one }, _stop.Token);
                }
                return true;
            case Reply.Huge huge:
                await WriteAsync(stream, $"HTTP/1.1 {huge.Code} Scripted\r\nContent-Length: {huge.Length}\r\n\r\n");
                var block = new byte[16 * 1024];
                block.AsSpan().Fill((byte)'h');
                for (var left = huge.Length; left > 0; left -= block.Length)
                    await stream.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)), _stop.Token);
                return true;
            case Reply.Hang:
                await UntilStoppedAsync();
                return false;
            case Reply.Reset:
                socket.LingerState = new LingerOption(true, 0);
                return false;
            case Reply.Close close:
                if (close.Release is { } release)
                    await release.WaitAsync(_stop.Token);
                return false;
            default:
                throw new UnreachableException($"{reply}");
        }
    }

    private Task UntilStoppedAsync() => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);

    private async Task WriteAsync(Stream stream, string text) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text), _stop.Token);
}
