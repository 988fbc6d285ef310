using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Owning;

/// <summary>
/// Gives back shards whose progress is saved completely, so that the next owner repeats nothing. The renewal of leases does not wait for a
/// release: leases must not run out because the store is slow to take shards back. Shards that are saved meanwhile go with the next call.
/// </summary>
internal sealed class Releases(IOwnership ownership, ILogger logger)
{
    private readonly Lock _lock = new();

    // Guarded by the lock.
    private readonly List<Lease> _saved = [];
    private bool _isUnderWay;

    /// <summary>Whether others take over from this node. Before that is known it would be given back what it releases.</summary>
    public Task<bool> GivingWay { get; set; } = Task.FromResult(false);

    /// <summary>What is under way.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    public void Add(Lease saved)
    {
        lock (_lock)
            _saved.Add(saved);
    }

    /// <param name="released">Called after each call that the store has answered.</param>
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
            // An answer that still brings them says that it must be done again.
            logger.LogWarning(failure, "{Count} shards could not be released; it is tried again.", leases.Count);
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
