namespace Herald.Email.Smtp;

/// <summary>The connections to one mail server. Their number is bounded, and idle ones are used again.</summary>
/// <remarks>
/// A connection is idle exactly while it is in the list, and whoever removes it from there, under the lock, is the one who uses it or drops
/// it. One that the server ends is dropped at once. There is no timer: a server ends idle sessions by itself.
/// </remarks>
/// <param name="most">How many connections there are at the same time, idle ones included.</param>
internal sealed class SmtpPool(int most, TimeProvider time) : IAsyncDisposable
{
    private readonly SemaphoreSlim _room = new(most);
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

    /// <summary>Waits for room. Each wait that completes needs a <see cref="Leave"/>.</summary>
    public Task EnterAsync(CancellationToken cancel) => _room.WaitAsync(cancel);

    public void Leave() => _room.Release();

    /// <summary>An idle connection that still works; null when there is none.</summary>
    public async ValueTask<SmtpConnection?> TakeAsync()
    {
        while (Pop() is { } connection)
        {
            if (await connection.WakeAsync().ConfigureAwait(false))
                return connection;
            connection.Dispose();
        }
        return null;
    }

    public void Return(SmtpConnection connection)
    {
        lock (_lock)
        {
            if (!_isOver)
            {
                _idle.Add(connection);
                connection.Rest(Drop);
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
