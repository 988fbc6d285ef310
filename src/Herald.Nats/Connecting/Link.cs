using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Herald.Nats.Subscriptions;
using Herald.Nats.Wire;

namespace Herald.Nats.Connecting;

/// <summary>
/// One life of a connection, as three loops: one reads, one writes, one notices silence. The first that ends, ends the others; what still waited to be sent
/// is lost then, and whoever asked for an answer is told so.
/// </summary>
public sealed class Link : IDisposable
{
    /// <summary>Servers add headers of their own to what a publisher was allowed to send.</summary>
    private const int HeaderAllowance = 64 << 10;

    private readonly ServerStream _stream;
    private readonly InterestSet _interests;
    private readonly Action<ServerGreeting> _informed;
    private readonly Action<Complaint> _complained;
    private readonly TimeSpan _pingEvery;
    private readonly TimeProvider _time;
    private readonly OutgoingBuffer _outgoing;
    private readonly OpenPings _pings = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource<string> _reason = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ServerGreeting _info;

    /// <summary>Set by the reading loop, cleared by the one that notices silence.</summary>
    private volatile bool _heard;

    private volatile string? _lastComplaint;

    /// <param name="informed">Called on the reading loop, as <paramref name="complained"/> is: both must be quick.</param>
    public Link(ServerStream stream, InterestSet interests, ConnectionOptions options, Action<ServerGreeting> informed, Action<Complaint> complained, TimeProvider time)
    {
        (_stream, _interests, _informed, _complained, _time) = (stream, interests, informed, complained, time);
        _outgoing = new OutgoingBuffer(options.OutgoingBytes);
        _pingEvery = options.PingEvery;
        _info = stream.Info;
        Ended = _ended.Token;
    }

    public ServerAddress Server => _stream.Server;
    public ServerGreeting Info => _info;

    /// <summary>Cancelled when it is over.</summary>
    public CancellationToken Ended { get; }

    /// <returns>Why it has ended, in a sentence.</returns>
    public async Task<string> RunAsync(CancellationToken stop)
    {
        await using var stopping = stop.UnsafeRegister(static link => ((Link)link!).End("It was closed."), this).ConfigureAwait(false);
        Task[] loops = [LiveAsync(ReadAsync), LiveAsync(WriteAsync), LiveAsync(WatchAsync)];
        var reason = await _reason.Task.ConfigureAwait(false);
        _outgoing.Close(reason);
        _pings.End(reason);
        await _ended.CancelAsync().ConfigureAwait(false);
        // A write that the server does not read ends only like this.
        _stream.Abort();
        await Task.WhenAll(loops).ConfigureAwait(false);
        return reason;
    }

    /// <summary>Complete when it is in the buffer.</summary>
    /// <exception cref="NatsRefusedException">It is larger than the server takes.</exception>
    /// <exception cref="NatsUnavailableException">It has ended.</exception>
    /// <exception cref="ArgumentException">Its subject has spaces or line ends, which would say something else to the server.</exception>
    public ValueTask PublishAsync(in OutgoingMessage message, CancellationToken cancel)
    {
        if (message.Subject.Length == 0 || message.Subject.AsSpan().ContainsAnyInRange('\0', ' '))
            throw new ArgumentException($"'{message.Subject}' is no subject.", nameof(message));
        var most = _info.MaxPayload;
        if (message.Bytes > most)
        {
            throw new NatsRefusedException(string.Create(CultureInfo.InvariantCulture,
                $"The message to '{message.Subject}' has {message.Bytes} bytes with its headers; the server's max_payload is {most}."), isTooLarge: true);
        }
        return _outgoing.AppendAsync(message, cancel);
    }

    /// <summary>Complete when the server has answered, after all that was sent before.</summary>
    /// <param name="subject">Where the message went that this is to follow: when the server has not taken it, this fails.</param>
    public Task PingAsync(string? subject = null) => _pings.AddAsync(() => _outgoing.TryAppendControl("PING\r\n"u8), subject);

    /// <summary>Ahead of messages that wait for room.</summary>
    public void Say(ReadOnlySpan<byte> text)
    {
        if (!_outgoing.TryAppendControl(text))
            End("The server does not read what is sent to it.");
    }

    public void Dispose()
    {
        _stream.Dispose();
        _outgoing.Dispose();
        _ended.Dispose();
    }

    private void End(string reason) => _reason.TrySetResult(reason);

    private async Task LiveAsync(Func<CancellationToken, Task<string>> loop)
    {
        try
        {
            End(await loop(_ended.Token).ConfigureAwait(false));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            End(_lastComplaint ?? failure.Message);
        }
    }

    private async Task<string> ReadAsync(CancellationToken cancel)
    {
        while (true)
        {
            var read = await _stream.Reader.ReadAsync(cancel).ConfigureAwait(false);
            _heard = true;
            var buffer = read.Buffer;
            while (FrameParser.TryRead(ref buffer, _info.MaxPayload + HeaderAllowance, out var frame))
                Hear(frame);
            _stream.Reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
                return _lastComplaint ?? "The server closed the connection.";
        }
    }

    private void Hear(in Frame frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.Message:
                _interests.Deliver(frame);
                break;
            case FrameKind.Ping:
                Say("PONG\r\n"u8);
                break;
            case FrameKind.Pong:
                if (!_pings.Answer())
                    throw new ProtocolException("A PONG came that nobody had asked for.");
                break;
            case FrameKind.Info:
                _info = ServerGreeting.Parse(frame.Text);
                _informed(_info);
                break;
            case FrameKind.Error:
                Hear(Complaint.Of(frame.Text));
                break;
            case FrameKind.Ok:
                break; // Said of everything that was taken, where a server is set to be verbose.
            default:
                throw new UnreachableException($"{frame.Kind}");
        }
    }

    private void Hear(Complaint complaint)
    {
        if (complaint.DeniedPublish is { } subject)
            _pings.Deny(subject, complaint.Text);
        else if (complaint.DeniedSubscription is null)
            _lastComplaint = complaint.Text;
        _complained(complaint);
    }

    private async Task<string> WriteAsync(CancellationToken cancel)
    {
        while (true)
        {
            var taken = await _outgoing.TakeAsync(cancel).ConfigureAwait(false);
            await _stream.Stream.WriteAsync(taken, cancel).ConfigureAwait(false);
        }
    }

    private async Task<string> WatchAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(_pingEvery, _time);
        for (var asked = false; await timer.WaitForNextTickAsync(cancel).ConfigureAwait(false);)
        {
            if (_heard)
                asked = false;
            else if (asked)
                break;
            else
            {
                asked = true;
                // Whatever comes counts, not only the answer.
                _ = PingAsync();
            }
            _heard = false;
        }
        return $"The server has said nothing for {2 * _pingEvery}.";
    }
}
