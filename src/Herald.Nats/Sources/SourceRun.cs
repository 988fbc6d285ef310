using System.Security.Cryptography;
using Herald.Engine.Sources;

namespace Herald.Nats.Sources;

/// <summary>
/// The loop of a source: it waits for a message, gathers others that come soon after it, and publishes them together. One batch is gathered
/// while the previous one is published; there are never more than these two. Further messages wait in a bounded buffer.
/// </summary>
internal sealed class SourceRun(IArrivals arrivals, SourceIntake intake, NatsSourceOptions options, Action<SourceTally> published, TimeProvider time)
{
    /// <summary>
    /// The last number of a message without a stream. The first is random, so that two nodes, or two starts, have different ones.
    /// </summary>
    private long _number = RandomNumberGenerator.GetInt32(int.MaxValue) * (1L << 24);

    /// <summary>
    /// Ends when there are no more messages and all that were taken are durable. After its end, successful or not, it publishes nothing.
    /// </summary>
    public async Task RunAsync(CancellationToken giveUp)
    {
        var publishing = Task.CompletedTask;
        try
        {
            while (await arrivals.WaitAsync(giveUp).ConfigureAwait(false))
            {
                var batch = await GatherAsync(giveUp).ConfigureAwait(false);
                await publishing.ConfigureAwait(false);
                Fill(batch);
                publishing = PublishAsync(batch, giveUp);
            }
        }
        finally
        {
            await publishing.ConfigureAwait(false);
        }
    }

    private async Task<ReadBatch> GatherAsync(CancellationToken giveUp)
    {
        var batch = new ReadBatch(intake.Begin(), arrivals.Stream, time);
        var begun = time.GetTimestamp();
        while (true)
        {
            Fill(batch);
            var left = options.BatchWait - time.GetElapsedTime(begun);
            if (IsFull(batch) || left <= TimeSpan.Zero)
                return batch;
            using var patience = new CancellationTokenSource(left, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, giveUp);
            try
            {
                if (!await arrivals.WaitAsync(either.Token).ConfigureAwait(false))
                    return batch;
            }
            catch (OperationCanceledException) when (!giveUp.IsCancellationRequested)
            {
                return batch;
            }
        }
    }

    private void Fill(ReadBatch batch)
    {
        while (!IsFull(batch) && arrivals.TryTake(out var arrival))
            batch.Add(arrival, ++_number);
    }

    private bool IsFull(ReadBatch batch) => batch.Count >= options.BatchEvents || batch.Bytes >= options.BatchBytes;

    private async Task PublishAsync(ReadBatch batch, CancellationToken giveUp)
    {
        using (batch)
        {
            // A store can complete the call on its own thread, which must not gather the next batch.
            var tally = await Task.Run(() => batch.PublishAsync(giveUp), giveUp).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            published(tally);
            arrivals.Keep(batch.Last, batch.Count);
        }
    }
}
