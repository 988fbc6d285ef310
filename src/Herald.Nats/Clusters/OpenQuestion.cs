namespace Herald.Nats.Clusters;

/// <summary>A message whose confirmation or answer is awaited. Instead, the server can deny its subject.</summary>
internal sealed class OpenQuestion(string subject, CancellationTokenSource waiting)
{
    private readonly Lock _lock = new();
    private bool _isOver;
    private volatile string? _denial;

    public string Subject => subject;

    /// <summary>The server's reason; null when it has not denied the subject.</summary>
    public string? Denial => _denial;

    public void Deny(string reason)
    {
        lock (_lock)
        {
            _denial = reason;
            // Not synchronously: the reading loop must not run the continuations.
            if (!_isOver)
                _ = waiting.CancelAsync();
        }
    }

    /// <summary>The caller no longer waits.</summary>
    public void End()
    {
        lock (_lock)
            _isOver = true;
    }
}
