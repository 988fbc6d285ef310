using System.Net;
using System.Net.Sockets;
using System.Text;
using Herald.Lab.Benches.Load;

namespace Herald.Lab.Benches.Traffic;

/// <summary>
/// One connection that publishes, directly on a socket: one request at a time, in the order in which they are offered. Each key belongs to
/// one connection, so the order in which its events are accepted is known.
/// </summary>
/// <param name="next">Returns the next event when nothing is offered and the last request is answered; null for none.</param>
internal sealed class TrafficConnection(TrafficAddress address, TrafficOrder.Begin run, Func<TrafficEvent?> next) : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request = [.. Encoding.ASCII.GetBytes(address.Head), .. new byte[address.BodyBytes]];
    private readonly byte[] _answer = new byte[16 * 1024];
    private readonly Lock _lock = new();
    private readonly Queue<TrafficEvent> _offered = new();
    private TrafficEvent? _underway;
    private bool _broken, _disposed;

    // Only the reading loop writes these.
    public long Accepted { get; private set; }
    public long AcceptedHot { get; private set; }
    public long Refused { get; private set; }

    /// <summary>Events that were not answered and will not be.</summary>
    public long Broken
    {
        get
        {
            lock (_lock)
                return _offered.Count + (_underway is null ? 0 : 1);
        }
    }

    /// <summary>No request is under way, and none will be.</summary>
    public bool IsDone
    {
        get
        {
            lock (_lock)
                return _underway is null || _broken;
        }
    }

    /// <exception cref="SocketException">No server listens.</exception>
    public async Task OpenAsync()
    {
        await _socket.ConnectAsync(IPAddress.Parse(address.Target.Host), address.Target.Port);
        _ = ReadAnswersAsync();
    }

    /// <summary>Sends the event now, or as soon as the events before it are answered.</summary>
    public void Offer(TrafficEvent one)
    {
        lock (_lock)
        {
            if (_underway is not null || _broken)
            {
                _offered.Enqueue(one);
                return;
            }
            _underway = one;
        }
        Send(one);
    }

    public void Dispose()
    {
        _disposed = true;
        _socket.Dispose();
    }

    private void Send(TrafficEvent one)
    {
        address.Write(one, run.Types, _request.AsSpan(address.Head.Length));
        try
        {
            for (var sent = 0; sent < _request.Length;)
                sent += _socket.Send(_request.AsSpan(sent));
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            Break();
        }
    }

    private async Task ReadAnswersAsync()
    {
        try
        {
            while (true)
            {
                var status = await ReadAnswerAsync();
                if (TakeNext(status) is { } one)
                    Send(one);
            }
        }
        catch (Exception failure) when (failure is SocketException or IOException or ObjectDisposedException)
        {
            Break();
        }
    }

    private TrafficEvent? TakeNext(int status)
    {
        lock (_lock)
        {
            if (status >= 400)
                Refused++;
            else
            {
                Accepted++;
                if (_underway!.Value.Key < run.HotKeys)
                    AcceptedHot++;
            }
            return _underway = _offered.TryDequeue(out var one) ? one : next();
        }
    }

    private void Break()
    {
        lock (_lock)
            _broken = !_disposed;
    }

    /// <returns>The status. The answer is read to its end, as its Content-Length gives it.</returns>
    private async ValueTask<int> ReadAnswerAsync()
    {
        for (var length = 0; ;)
        {
            var read = await _socket.ReceiveAsync(_answer.AsMemory(length));
            if (read == 0)
                throw new IOException("The server has closed the connection.");
            length += read;
            if (AnswerHead.TryParse(_answer.AsSpan(0, length), out var head) && length >= head.HeadBytes + head.BodyBytes)
                return head.Status;
        }
    }
}
