using System.Threading.Channels;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Orders.Activity;

/// <summary>Receives entries as they are read. The memory is lent for the call only.</summary>
/// <param name="isNew">The entries were accepted after the follower started; otherwise they were in the log before.</param>
internal delegate ValueTask TakeEntries(ShardId shard, ReadOnlyMemory<IndexEntry> entries, bool isNew, CancellationToken cancel);

/// <summary>Reads the logs of all shards from a moment in the past, and then follows new entries.</summary>
internal sealed class LogFollower(IEventLog log, TakeEntries take, TimeProvider time, ILogger logger) : IDisposable
{
    private const int Chunk = 1024;
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);

    // One slot is enough: when it is full, a read is already due.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly long[] _next = new long[log.ShardCount], _began = new long[log.ShardCount], _heads = new long[log.ShardCount];
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IDisposable? _hints;
    private volatile bool _hasFailed;

    /// <summary>Completes when all entries that existed at the start have been passed on.</summary>
    public Task CaughtUp => _caughtUp.Task;

    /// <summary>The follower has ended because of a failure that does not pass by itself. A new follower must be started.</summary>
    public bool HasFailed => _hasFailed;

    public async ValueTask StartAsync(DateTimeOffset since, CancellationToken cancel)
    {
        // This comes first, so that entries accepted while the bounds are read are reported.
        _hints = log.OnHead(OnHead);
        for (var shard = 0; shard < _next.Length; shard++)
        {
            var id = new ShardId(shard);
            _next[shard] = await log.FindByTimeAsync(id, since, cancel);
            _began[shard] = (await log.BoundsAsync(id, cancel)).Last;
            OnHead(id, _began[shard]);
        }
    }

    /// <summary>Runs until it is cancelled. If the store is unavailable, it tries again.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var entries = new IndexEntry[Chunk];
        try
        {
            while (true)
            {
                try
                {
                    for (var shard = 0; shard < _next.Length; shard++)
                        await ReadAsync(shard, entries, cancel);
                    _caughtUp.TrySetResult();
                    await _wake.Reader.ReadAsync(cancel);
                }
                catch (StoreUnavailableException failure)
                {
                    logger.LogWarning(failure, "The handlers' watch cannot read the log; trying again in {Wait}.", TryAgain);
                    await Task.Delay(TryAgain, time, cancel);
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            _caughtUp.TrySetCanceled(cancel);
        }
        catch (Exception defect)
        {
            logger.LogError(defect, "The handlers' watch has ended; it begins anew when it is asked for next.");
            _hasFailed = true;
            _caughtUp.TrySetException(defect);
        }
    }

    public void Dispose() => _hints?.Dispose();

    private async ValueTask ReadAsync(int shard, IndexEntry[] entries, CancellationToken cancel)
    {
        while (_next[shard] <= Volatile.Read(ref _heads[shard]))
        {
            // The entries from before end with a chunk, so each chunk is either old or new.
            var isNew = _next[shard] > _began[shard];
            var most = isNew ? entries.Length : (int)Math.Min(entries.Length, _began[shard] - _next[shard] + 1);
            var read = await log.ReadIndexAsync(new ShardId(shard), _next[shard], entries.AsMemory(0, most), cancel);
            if (read.Next == _next[shard])
                return;
            if (read.Count > 0)
                await TakeAsync(new ShardId(shard), entries.AsMemory(0, read.Count), isNew, cancel);
            // Entries that retention has freed meanwhile are passed over.
            _next[shard] = read.Next;
        }
    }

    /// <summary>
    /// A failure with new entries skips only them. A failure with earlier entries fails the start, which is then tried again.
    /// </summary>
    private async ValueTask TakeAsync(ShardId shard, ReadOnlyMemory<IndexEntry> entries, bool isNew, CancellationToken cancel)
    {
        try
        {
            await take(shard, entries, isNew, cancel);
        }
        catch (Exception defect) when (isNew && defect is not (StoreUnavailableException or OperationCanceledException))
        {
            logger.LogError(
                defect, "The handlers' watch passes over sequences {From} to {To} of shard {Shard}, which it cannot take.",
                entries.Span[0].Sequence, entries.Span[^1].Sequence, shard);
        }
    }

    private void OnHead(ShardId shard, long sequence)
    {
        var seen = Volatile.Read(ref _heads[shard.Value]);
        while (seen < sequence)
        {
            var there = Interlocked.CompareExchange(ref _heads[shard.Value], sequence, seen);
            if (there == seen)
                break;
            seen = there;
        }
        _ = _wake.Writer.TryWrite(true);
    }
}
