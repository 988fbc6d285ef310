namespace Herald.Soak.Traffic;

/// <summary>
/// Sends events through one entrance at a steady rate, one batch at a time, each key in order. It can be stopped, after the current batch
/// is accepted.
/// </summary>
/// <param name="prefix">The prefix of its keys, which differ from those of other loads.</param>
internal sealed class Load(
    IEntrance entrance, string prefix, int keys, int rate, IReadOnlyList<SoakReceiver> receivers, TimeProvider time, Random random)
{
    private const int MostAtOnce = 500;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);
    private readonly string[] _keys = [.. Enumerable.Range(1, keys).Select(key => $"{prefix}{key}")];
    private readonly long[] _numbers = new long[keys];
    private readonly SoakReceiver[] _receivers = [.. receivers.Where(receiver => receiver.Topic == entrance.Topic)];
    private long _sent, _askedAt;

    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>How long the current batch has waited for its answer; zero when there is none.</summary>
    public TimeSpan Waits => Interlocked.Read(ref _askedAt) is > 0 and var asked ? time.GetElapsedTime(asked) : TimeSpan.Zero;

    /// <summary>Runs until it is stopped. Every batch that was sent by then is accepted.</summary>
    /// <param name="hold">Cancelled to send no more batches.</param>
    /// <param name="cancel">Cancelled to stop waiting for answers as well.</param>
    public async Task RunAsync(CancellationToken hold, CancellationToken cancel)
    {
        var (began, sent) = (time.GetTimestamp(), 0L);
        while (!hold.IsCancellationRequested)
        {
            var due = (long)(rate * time.GetElapsedTime(began).TotalSeconds) + 1 - sent;
            if (due > 0)
            {
                var batch = Draw((int)Math.Min(due, MostAtOnce));
                await SendAsync(batch, cancel);
                sent += batch.Length;
                // Events that could not be sent in time are not sent later, so the load stays steady.
                if (due > MostAtOnce)
                    (began, sent) = (time.GetTimestamp(), 0);
            }
            await Task.Delay(Pace, time, hold).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task SendAsync(Tale[] batch, CancellationToken cancel)
    {
        foreach (var (tale, receiver) in Expected(batch))
            receiver.Awaited.Ask(tale.Id);
        Interlocked.Exchange(ref _askedAt, time.GetTimestamp());
        await entrance.SendAsync(batch, cancel);
        Interlocked.Exchange(ref _askedAt, 0);
        foreach (var (tale, receiver) in Expected(batch))
            receiver.Awaited.Accept(tale.Id);
        Interlocked.Add(ref _sent, batch.Length);
    }

    private IEnumerable<(Tale Tale, SoakReceiver Receiver)> Expected(Tale[] batch) =>
        from tale in batch from receiver in _receivers where receiver.Wants(tale) select (tale, receiver);

    private Tale[] Draw(int count)
    {
        var batch = new Tale[count];
        for (var i = 0; i < count; i++)
        {
            var key = random.Next(_keys.Length);
            batch[i] = new(_keys[key], ++_numbers[key]);
        }
        return batch;
    }
}
