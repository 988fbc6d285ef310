using Herald.Brokers.Sinks;
using Herald.Engine.Sources;

namespace Herald.Brokers.Feeds;

/// <summary>
/// Moves messages from a feed into a sink. One batch is filled while the batch before it is made durable; there are never more than these
/// two. Further messages wait in the feed, whose buffer is bounded.
/// </summary>
/// <remarks>
/// Each turn of the loop has these steps:
/// <list type="number">
/// <item>Fill the batch with the messages that have come.</item>
/// <item>
/// If no batch is being saved, save this one: at once, or when its first message has waited for <see cref="BrokerOptions.BatchWait"/>. So a
/// message that comes alone does not wait, and under load a batch is what came while the batch before it was saved.
/// </item>
/// <item>Wait until messages come, if there is room for them, or until the saving has ended.</item>
/// </list>
/// </remarks>
/// <param name="saved">Called for each batch that has become durable.</param>
public sealed class FeedPump(IMessageFeed feed, IMessageSink sink, BrokerOptions options, Action<SourceTally> saved, TimeProvider time)
{
    /// <summary>A store that takes longer is not slow but unavailable or full.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private long _savingSince = -1;

    /// <summary>The sink has not taken the present batch for a second.</summary>
    public bool IsHeldUp => Interlocked.Read(ref _savingSince) is >= 0 and var since && time.GetElapsedTime(since) > Patience;

    /// <summary>
    /// Ends when there are no more messages and all that were taken are durable. After its end, successful or not, it saves nothing.
    /// </summary>
    public async Task RunAsync(CancellationToken giveUp)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(giveUp);
        Task saving = Task.CompletedTask, patience = Task.CompletedTask;
        Task<bool>? coming = null;
        FeedBatch? filling = null;
        var hasEnded = false;
        try
        {
            while (!hasEnded || filling is not null)
            {
                // 1.
                var isOpen = !hasEnded && !IsFull(filling);
                if (isOpen)
                    coming ??= feed.WaitAsync(leaving.Token).AsTask();
                if (isOpen && coming!.IsCompleted)
                {
                    (hasEnded, coming) = (!await coming, null);
                    var isFirst = filling is null;
                    filling = hasEnded ? filling : Fill(filling);
                    if (isFirst && filling is not null && options.BatchWait > TimeSpan.Zero)
                        patience = Task.Delay(options.BatchWait, time, leaving.Token);
                }
                // 2.
                if (saving.IsCompleted)
                    await saving;
                if (filling is not null && saving.IsCompleted && (patience.IsCompleted || hasEnded || IsFull(filling)))
                {
                    (saving, filling, patience) = (SaveAsync(filling, giveUp), null, Task.CompletedTask);
                    continue;
                }
                // 3.
                isOpen = !hasEnded && !IsFull(filling);
                if (isOpen && coming is null)
                    continue;
                var other = !saving.IsCompleted ? saving : filling is not null ? patience : null;
                await (isOpen ? other is null ? coming! : Task.WhenAny(coming!, other) : other ?? saving);
            }
        }
        finally
        {
            filling?.Dispose();
            await leaving.CancelAsync();
            if (coming is not null)
                await ((Task)coming).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await saving;
        }
    }

    private FeedBatch? Fill(FeedBatch? batch)
    {
        batch ??= new FeedBatch(sink.Begin());
        while (!IsFull(batch) && feed.TryTake(batch))
        {
            // Until it is full, or no more messages have come.
        }
        if (batch.Count > 0)
            return batch;
        batch.Dispose();
        return null;
    }

    private bool IsFull(FeedBatch? batch) => batch is not null && (batch.Count >= options.BatchEvents || batch.Bytes >= options.BatchBytes);

    private async Task SaveAsync(FeedBatch batch, CancellationToken giveUp)
    {
        Interlocked.Exchange(ref _savingSince, time.GetTimestamp());
        try
        {
            using (batch)
            {
                // A sink can complete the call on its own thread, which must not fill the next batch.
                saved(await Task.Run(() => batch.SaveAsync(giveUp), giveUp).ConfigureAwait(ConfigureAwaitOptions.ForceYielding));
            }
        }
        finally
        {
            Interlocked.Exchange(ref _savingSince, -1);
        }
    }
}
