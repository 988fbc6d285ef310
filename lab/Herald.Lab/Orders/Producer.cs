namespace Herald.Lab.Orders;

/// <summary>Publishes a story at a steady rate, in batches.</summary>
/// <param name="settled">Called for each batch with its result.</param>
internal sealed class Producer(
    OrderGenerator story, IOrderSink sink, Action<IReadOnlyList<OrderMessage>, OrderSinkResult> settled, TimeProvider time)
{
    private const int BatchEvents = 500;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);
    private readonly List<OrderMessage> _batch = new(BatchEvents);

    /// <summary>
    /// Runs until this many events are sent, or it is cancelled. The result of a batch that is under way then is unknown.
    /// </summary>
    /// <param name="rate">Events per second; 0 for no limit.</param>
    public async Task RunAsync(double rate, long events, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        for (long sent = 0; sent < events && !cancel.IsCancellationRequested;)
        {
            var due = Math.Min(events, rate > 0 ? (long)(rate * time.GetElapsedTime(began).TotalSeconds) + 1 : long.MaxValue) - sent;
            if (due <= 0)
            {
                await Task.Delay(Pace, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }
            _batch.Clear();
            for (var i = Math.Min(due, BatchEvents); i > 0; i--)
                _batch.Add(story.Next());
            settled(_batch, await sink.PublishAsync(_batch, cancel));
            sent += _batch.Count;
        }
    }
}
