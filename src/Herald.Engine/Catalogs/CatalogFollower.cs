using Herald.Engine.Basics;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Catalogs;

/// <summary>Brings this node's catalog up to the newest version that the store has announced. A store announces a version once.</summary>
/// <remarks>
/// If the version cannot be read at that moment, this class tries again until it can. Otherwise a change would never take effect on a node
/// to whose topics no publisher publishes.
/// </remarks>
internal sealed class CatalogFollower(CatalogCache cache, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50), LongestWait = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _end = new();
    private long _told;

    // 1 until Start: announcements before it are only recorded.
    private int _isFollowing = 1;

    /// <summary>Call when the cache has read the catalog once. Continues from there to the newest announced version.</summary>
    public void Start() => _ = FollowAsync();

    /// <summary>Returns at once.</summary>
    public void OnChanged(long version)
    {
        Atomically.Raise(ref _told, version);
        if (Interlocked.Exchange(ref _isFollowing, 1) == 0)
            _ = FollowAsync();
    }

    public void Dispose() => _end.Cancel();

    private async Task FollowAsync()
    {
        for (var wait = FirstWait; !_end.IsCancellationRequested;)
        {
            try
            {
                await FollowToldAsync();
                Volatile.Write(ref _isFollowing, 0);
                // An announcement that came before the flag was cleared started nothing, because the loop was still running. So look again.
                if (cache.Snapshot.Version >= Volatile.Read(ref _told) || Interlocked.Exchange(ref _isFollowing, 1) != 0)
                    return;
                wait = FirstWait;
            }
            catch (ObjectDisposedException)
            {
                return; // The node has stopped.
            }
            catch (Exception failure)
            {
                if (failure is StoreUnavailableException)
                    logger.LogWarning(
                        failure,
                        "The store does not answer a read of catalog version {Version}. This node "
                            + "works with the version it has, and retries.",
                        Volatile.Read(ref _told));
                else
                    logger.LogError(
                        failure, "Catalog version {Version} cannot be applied on this node. It works with the version it has, and retries.",
                        Volatile.Read(ref _told));
                wait = await WaitAsync(wait);
            }
        }
    }

    private async ValueTask FollowToldAsync()
    {
        while (Volatile.Read(ref _told) is var told && cache.Snapshot.Version < told)
        {
            await cache.RefreshAsync(told);
            // The store has no more changes, so the announced version was too high.
            if (cache.Snapshot.Version is var newest && newest < told)
                Interlocked.CompareExchange(ref _told, newest, told);
        }
    }

    private async ValueTask<TimeSpan> WaitAsync(TimeSpan wait)
    {
        try
        {
            await Task.Delay(wait, time, _end.Token);
        }
        catch (OperationCanceledException)
        {
            // The loop checks the token.
        }
        return wait * 2 < LongestWait ? wait * 2 : LongestWait;
    }
}
