namespace Herald.Soak.Traffic;

/// <summary>
/// Sends events by one entrance at a steady rate, a batch at a time, each key in its order. It can be told to hold, behind a batch that was
/// answered for.
/// </summary>
/// <param name="prefix">Of its keys: other loads have others.</param>
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

    /// <summary>How long the batch under way has waited for its answer; nothing when there is none.</summary>
    public TimeSpan Waits => Interlocked.Read(ref _askedAt) is > 0 and var asked ? time.GetElapsedTime(asked) : TimeSpan.Zero;

    /// <summary>Until it is told to hold; what it has sent by then has been answered for.</summary>
    /// <param name="hold">When to send no more.</param>
    /// <param name="cancel">When to wait for no answer, either.</param>
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
                // What could not be sent in time is not made up for: the load is steady.
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
