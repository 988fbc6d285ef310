using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Ownership;

/// <summary>
/// Releases shards whose progress is completely saved, so that the next owner repeats nothing. Lease renewals do not wait for a release,
/// because leases must not run out when the store is slow. Shards that become ready during a call go with the next one.
/// </summary>
internal sealed class Releases(IOwnership ownership, ILogger logger)
{
    private readonly Lock _lock = new();

    // Guarded by the lock.
    private readonly List<Lease> _saved = [];
    private bool _isUnderWay;

    /// <summary>
    /// Whether other nodes take over from this node that stops. Releases wait for it: before the store knows, it would give the shards back
    /// to this node.
    /// </summary>
    public Task<bool> GivingWay { get; set; } = Task.FromResult(false);

    /// <summary>Completes when the releases under way have ended.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    public void Add(Lease saved)
    {
        lock (_lock)
            _saved.Add(saved);
    }

    /// <param name="released">Called after each successful call to the store.</param>
    public void Begin(Action released, Action<Exception> failed)
    {
        lock (_lock)
        {
            if (_saved.Count == 0 || _isUnderWay)
                return;
            _isUnderWay = true;
            Ended = RunAsync(released, failed);
        }
    }

    public async Task<bool> TryAsync(IReadOnlyList<Lease> leases)
    {
        try
        {
            await ownership.ReleaseAsync(leases, CancellationToken.None);
            return true;
        }
        catch (StoreUnavailableException failure)
        {
            // If a later answer still contains these shards, they are released again.
            logger.LogWarning(failure, "{Count} shards could not be released for other nodes. The node retries.", leases.Count);
            return false;
        }
    }

    private async Task RunAsync(Action released, Action<Exception> failed)
    {
        await Task.Yield();
        try
        {
            await GivingWay;
            while (TakeSaved() is { Count: > 0 } saved)
            {
                if (await TryAsync(saved))
                    released();
            }
        }
        catch (Exception failure)
        {
            failed(failure);
        }
    }

    private List<Lease> TakeSaved()
    {
        lock (_lock)
        {
            var saved = _saved.ToList();
            _saved.Clear();
            _isUnderWay = saved.Count > 0;
            return saved;
        }
    }
}
