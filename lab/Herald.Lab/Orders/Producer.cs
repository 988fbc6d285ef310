namespace Herald.Lab.Orders;

/// <summary>Publishes a story at a steady rate, batch after batch.</summary>
/// <param name="settled">Called for each batch with what became of it.</param>
internal sealed class Producer(Story story, IOrderSink sink, Action<IReadOnlyList<OrderMessage>, OrderSinkResult> settled, TimeProvider time)
{
    private const int BatchEvents = 500;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);
    private readonly List<OrderMessage> _batch = new(BatchEvents);

    /// <summary>Until so many events are out, or it is cancelled. Whether a batch that is under way then is taken is not known.</summary>
    /// <param name="rate">Events a second; 0 for as many as go.</param>
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
