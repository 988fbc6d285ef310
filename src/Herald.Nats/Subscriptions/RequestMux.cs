using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using Herald.Nats.Connecting;
using Herald.Nats.Wire;

namespace Herald.Nats.Subscriptions;

/// <summary>Answers to all requests of a connection come through one subscription; the end of the subject says which request it is.</summary>
public sealed class RequestMux(NatsConnection connection, TimeProvider time) : IMessageSink
{
    private const int NoResponders = 503;
    private readonly string _prefix = Inbox.NewPrefix();
    private readonly ConcurrentDictionary<long, OpenRequest> _open = new();
    private readonly Lock _lock = new();
    private bool _isSubscribed;
    private long _last;

    public async Task<NatsMessage> RequestAsync(Link link, OutgoingMessage message, TimeSpan timeout, CancellationToken cancel)
    {
        EnsureSubscribed();
        var id = Interlocked.Increment(ref _last);
        var request = new OpenRequest(link, message.Subject);
        _open[id] = request;
        try
        {
            await link.PublishAsync(message with { ReplyTo = string.Create(CultureInfo.InvariantCulture, $"{_prefix}{id}") }, cancel).ConfigureAwait(false);
            return await request.Answered.Task.WaitAsync(timeout, time, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new NatsTimeoutException($"No answer on '{message.Subject}' within {timeout}.");
        }
        finally
        {
            _open.TryRemove(id, out _);
        }
    }

    /// <summary>No answer comes through this link any more.</summary>
    public void Fail(Link link, string reason)
    {
        foreach (var request in _open.Values.Where(request => request.Link == link))
            request.Answered.TrySetException(new NatsUnavailableException($"The connection broke before there was an answer on '{request.Subject}': {reason}"));
    }

    /// <summary>The server has not taken requests to this subject.</summary>
    public void Deny(string subject, string reason)
    {
        foreach (var request in _open.Values.Where(request => request.Subject == subject))
            request.Answered.TrySetException(new NatsRefusedException(reason));
    }

    void IMessageSink.Take(NatsMessage message)
    {
        // An answer that comes too late, or twice, is nobody's.
        var subject = message.SubjectBytes;
        if (subject.Length <= _prefix.Length || !Utf8Parser.TryParse(subject[_prefix.Length..], out long id, out _) || !_open.TryGetValue(id, out var request))
            return;
        if (message.Payload.IsEmpty && message.Headers.Status == NoResponders)
            request.Answered.TrySetException(new NoRespondersException(request.Subject));
        else
            request.Answered.TrySetResult(message);
    }

    void IMessageSink.End(NatsException? failure)
    {
        // The next request asks for it again.
        lock (_lock)
            _isSubscribed = false;
        foreach (var request in _open.Values)
            request.Answered.TrySetException(failure ?? new NatsUnavailableException("The connection was closed."));
    }

    private void EnsureSubscribed()
    {
        lock (_lock)
        {
            if (!_isSubscribed)
                connection.Add($"{_prefix}*", null, this);
            _isSubscribed = true;
        }
    }

    private sealed record OpenRequest(Link Link, string Subject)
    {
        public TaskCompletionSource<NatsMessage> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
