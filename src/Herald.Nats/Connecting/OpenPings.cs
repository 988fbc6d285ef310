namespace Herald.Nats.Connecting;

/// <summary>
/// PINGs that a server has not answered yet. It answers in order, and after all that was said before: who publishes and asks knows that the message has
/// come to the server; unless that has complained in between, which it does before it answers.
/// </summary>
public sealed class OpenPings
{
    private readonly Lock _lock = new();
    private readonly Queue<OpenPing> _open = new();
    private string? _ended;

    /// <param name="send">Sends the PING, in the order of the list.</param>
    /// <param name="subject">Where the message went that it follows; null for none.</param>
    public Task AddAsync(Func<bool> send, string? subject)
    {
        lock (_lock)
        {
            if (_ended is not null || !send())
                return Task.FromException(new NatsUnavailableException(_ended ?? "The server does not read what is sent to it."));
            var ping = new OpenPing(subject);
            _open.Enqueue(ping);
            return ping.Answered;
        }
    }

    /// <returns>False when none was asked for.</returns>
    public bool Answer()
    {
        OpenPing? ping;
        lock (_lock)
        {
            if (!_open.TryDequeue(out ping))
                return false;
        }
        ping.Answer();
        return true;
    }

    /// <summary>The server has not taken messages to this subject.</summary>
    public void Deny(string subject, string reason)
    {
        lock (_lock)
        {
            foreach (var ping in _open.Where(ping => ping.Subject == subject))
                ping.Denied = reason;
        }
    }

    public void End(string reason)
    {
        OpenPing[] left;
        lock (_lock)
        {
            _ended = reason;
            left = [.. _open];
            _open.Clear();
        }
        foreach (var ping in left)
            ping.Fail(reason);
    }

    private sealed class OpenPing(string? subject)
    {
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string? Subject { get; } = subject;
        public string? Denied { get; set; }
        public Task Answered => _answered.Task;

        public void Answer()
        {
            if (Denied is { } reason)
                _answered.TrySetException(new NatsRefusedException(reason));
            else
                _answered.TrySetResult();
        }

        public void Fail(string reason) => _answered.TrySetException(new NatsUnavailableException($"The connection broke before the server had answered: {reason}"));
    }
}
