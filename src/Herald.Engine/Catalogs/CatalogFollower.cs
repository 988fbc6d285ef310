using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Catalogs;

/// <summary>
/// Brings what this node knows of the catalog up to the version that it was told of last. A store tells a version once: one that cannot be read just
/// then is read again until it is there, or a change would never be in force on a node to whose topics nobody publishes.
/// </summary>
internal sealed class CatalogFollower(CatalogCache cache, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50), LongestWait = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _end = new();
    private long _told;

    // Until it has started, what it is told is only noted.
    private int _isFollowing = 1;

    /// <summary>The cache has read the catalog once. Goes on from there to whatever was told meanwhile.</summary>
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
                // Who was told in between has gone away, since somebody was following.
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
                    logger.LogWarning(failure, "The catalog's version {Version} could not be read; it is tried again.", Volatile.Read(ref _told));
                else
                    logger.LogError(failure, "The catalog's version {Version} cannot be followed; it is tried again.", Volatile.Read(ref _told));
                wait = await WaitAsync(wait);
            }
        }
    }

    private async ValueTask FollowToldAsync()
    {
        while (Volatile.Read(ref _told) is var told && cache.Snapshot.Version < told)
        {
            await cache.RefreshAsync(told);
            // All there is has been read: whoever told of more was wrong.
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
            // The loop sees it.
        }
        return wait * 2 < LongestWait ? wait * 2 : LongestWait;
    }
}
