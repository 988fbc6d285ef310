namespace Herald.Nats.Clusters;

/// <summary>A message whose confirmation or answer is awaited. The server may deny its subject instead.</summary>
internal sealed class OpenQuestion(string subject, CancellationTokenSource waiting)
{
    private readonly Lock _lock = new();
    private bool _isOver;
    private volatile string? _denial;

    public string Subject => subject;

    /// <summary>The server's words; null when it has not denied it.</summary>
    public string? Denial => _denial;

    public void Deny(string reason)
    {
        lock (_lock)
        {
            _denial = reason;
            // The reading loop must not run what follows.
            if (!_isOver)
                _ = waiting.CancelAsync();
        }
    }

    /// <summary>Nobody waits any more.</summary>
    public void End()
    {
        lock (_lock)
            _isOver = true;
    }
}
