using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Orders.Activity;

/// <summary>Reads the logs of all shards from a moment in the past on, and then what comes. It survives a store that is away.</summary>
/// <param name="take">Takes a piece. What is lent is lent for the call.</param>
internal sealed class LogWatch(
    IEventLog log, Func<LogPiece, CancellationToken, ValueTask> take, TimeProvider time, ILogger logger) : IDisposable
{
    private const int PieceSize = 1024;
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);

    private readonly LogFollower _follower = new(log, PieceSize);
    private readonly TaskCompletionSource _caughtUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _hasFailed;

    /// <summary>Complete when all has been taken that was there at the start.</summary>
    public Task CaughtUp => _caughtUp.Task;

    /// <summary>Nothing is followed any more: something has failed that does not pass by itself. Another has to begin anew.</summary>
    public bool HasFailed => _hasFailed;

    public ValueTask StartAsync(DateTimeOffset since, CancellationToken cancel) => _follower.StartAsync(since, cancel);

    /// <summary>Until it is cancelled. A store that is away is asked again.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                try
                {
                    await foreach (var piece in _follower.ReadAsync(cancel))
                        await TakeAsync(piece, cancel);
                    _caughtUp.TrySetResult();
                    await _follower.WaitAsync(cancel);
                }
                catch (StoreUnavailableException failure)
                {
                    logger.LogWarning(
                        failure,
                        "The watch over handlers cannot read the log, because the store does not answer. It tries again in {Wait}.",
                        TryAgain);
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
            logger.LogError(
                defect, "The watch over handlers has stopped because of a defect. It starts again with the next request that needs it.");
            _hasFailed = true;
            _caughtUp.TrySetException(defect);
        }
    }

    public void Dispose() => _follower.Dispose();

    /// <summary>New entries that cannot be taken cost themselves; those from before cost the start, which is tried again.</summary>
    private async ValueTask TakeAsync(LogPiece piece, CancellationToken cancel)
    {
        try
        {
            await take(piece, cancel);
        }
        catch (Exception defect) when (piece.IsNew && defect is not (StoreUnavailableException or OperationCanceledException))
        {
            logger.LogError(
                defect, "The watch over handlers could not process sequences {From} to {To} of shard {Shard}, and skips them.",
                piece.Entries.Span[0].Sequence, piece.Entries.Span[^1].Sequence, piece.Shard);
        }
    }
}
