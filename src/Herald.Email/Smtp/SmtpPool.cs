namespace Herald.Email.Smtp;

/// <summary>
/// The idle connections to one mail server, which are used again. The provider's gate bounds how many are used at the same time, so there
/// are never more.
/// </summary>
/// <remarks>
/// A connection is idle exactly while it is in the list, and whoever removes it from there, under the lock, is the one who uses it or drops
/// it. One that the server ends is dropped at once. A firewall can forget a quiet connection without a word, so one that has rested for
/// long is not used again; it is dropped when it would be. An old one is not used again either, so that a change of the server's address,
/// certificate or password is met soon.
/// </remarks>
internal sealed class SmtpPool(TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1), LongestLife = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly List<SmtpConnection> _idle = [];
    private bool _isOver;

    public int Idle
    {
        get
        {
            lock (_lock)
                return _idle.Count;
        }
    }

    /// <summary>An idle connection that still works; null when there is none.</summary>
    public async ValueTask<SmtpConnection?> TakeAsync()
    {
        while (Pop() is { } connection)
        {
            if (await connection.WakeAsync().ConfigureAwait(false) && time.GetElapsedTime(connection.RestsSince) < LongestRest)
                return connection;
            connection.Dispose();
        }
        return null;
    }

    public void Return(SmtpConnection connection)
    {
        lock (_lock)
        {
            if (!_isOver && time.GetElapsedTime(connection.OpenSince) < LongestLife)
            {
                _idle.Add(connection);
                connection.Rest(time.GetTimestamp(), Drop);
                return;
            }
        }
        connection.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        List<SmtpConnection> idle;
        lock (_lock)
        {
            _isOver = true;
            idle = [.. _idle];
            _idle.Clear();
        }
        await Task.WhenAll(idle.Select(EndAsync)).ConfigureAwait(false);
    }

    private async Task EndAsync(SmtpConnection connection)
    {
        // A server that stops must not wait for mail servers: one that does not answer at once is left.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);
        using (connection)
        {
            if (await connection.WakeAsync().ConfigureAwait(false))
                await connection.QuitAsync(patience.Token).ConfigureAwait(false);
        }
    }

    /// <summary>The newest first: so few connections stay in use, and servers end the others.</summary>
    private SmtpConnection? Pop()
    {
        lock (_lock)
        {
            if (_idle.Count == 0)
                return null;
            var connection = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
            return connection;
        }
    }

    private void Drop(SmtpConnection connection)
    {
        lock (_lock)
        {
            // Somebody has taken it in this moment, and will see the end.
            if (!_idle.Remove(connection))
                return;
        }
        connection.Dispose();
    }
}
