using System.Globalization;

namespace Herald.Postgres.Connections;

/// <summary>Finds out whether the database answers, and says once that it is away and once that it is back.</summary>
/// <remarks>
/// A failed call alone proves little: the database can have ended one connection. So each failure starts a look with a connection of its
/// own. If that fails too, the database is away, and the watch looks until it answers. A running node calls the database at least once a
/// second, so an outage is known soon, also when there are no requests.
/// </remarks>
/// <param name="tell">Receives the beginning and the end of an outage, for the operator.</param>
/// <param name="tellCut">Receives why calls failed while the database answered the look.</param>
internal sealed class DatabaseWatch(
    Func<CancellationToken, Task> look, Action<string> tell, Action<string> tellCut, TimeProvider time, CancellationToken closing)
{
    /// <summary>The time between two looks at a database that is away.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    /// <summary>An answer that takes longer is none.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private bool _isLooking;
    private long _failed;
    private (DateTimeOffset Since, string Why)? _away;

    /// <summary>What keeps this node from its work, in one sentence; null while the database answers.</summary>
    public string? Trouble
    {
        get
        {
            lock (_gate)
            {
                return _away is { } away
                    ? string.Create(CultureInfo.InvariantCulture, $"PostgreSQL has been away since {away.Since:HH:mm:ss} UTC: {away.Why}") : null;
            }
        }
    }

    /// <summary>A call got no answer from the database, or an answer that it cannot work now.</summary>
    public void OnFailure(Exception failure)
    {
        lock (_gate)
        {
            _failed++;
            if (_isLooking || closing.IsCancellationRequested)
                return;
            (_isLooking, _failed) = (true, 1);
        }
        _ = Task.Run(() => WatchAsync(failure), CancellationToken.None);
    }

    private async Task WatchAsync(Exception first)
    {
        var began = time.GetTimestamp();
        while (await WhyAwayAsync().ConfigureAwait(false) is { } why && !closing.IsCancellationRequested)
        {
            bool isNew;
            lock (_gate)
            {
                isNew = _away is null;
                _away = (_away?.Since ?? time.GetUtcNow(), why);
            }
            if (isNew)
                tell($"PostgreSQL is away: {why} Requests are refused with 503 and deliveries wait until it is back.");
            // The database runs in real time, so this waits in real time, whatever clock the store has.
            await Task.Delay(Every, TimeProvider.System, closing).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
        }
        bool wasAway;
        long failed;
        lock (_gate)
        {
            (wasAway, failed) = (_away is not null, _failed);
            (_away, _isLooking) = (null, false);
        }
        if (closing.IsCancellationRequested)
            return;
        if (!wasAway)
        {
            if (Failures.IsCutOff(first))
                tellCut(Failures.Describe(first));
            return;
        }
        tell(string.Create(
            CultureInfo.InvariantCulture,
            $"PostgreSQL is back after {time.GetElapsedTime(began).TotalSeconds:0.#} s; {failed:N0} calls to it had failed meanwhile."));
    }

    /// <summary>Null when the database answers.</summary>
    private async Task<string?> WhyAwayAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(closing);
        patience.CancelAfter(Patience);
        try
        {
            await look(patience.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"it has not answered within {Patience.TotalSeconds:0} s.");
        }
        catch (Exception failure)
        {
            // Whatever it is, the database cannot be used. An exception that left this loop would end the watch for good.
            return Failures.Describe(failure);
        }
    }
}
