using Herald.Nats;

namespace Herald.Lab.Benches.Alarms;

/// <summary>
/// Publishes changes while the server takes them. The number of open messages stays below what a server buffers, because no stream keeps
/// them.
/// </summary>
internal sealed class AlarmFeed(BenchNats nats, TimeProvider time)
{
    private const long MostOpen = 40_000;
    private const int Chunk = 500;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10), Patience = TimeSpan.FromSeconds(60);

    /// <param name="count">Returns how many of the messages are durable.</param>
    public async Task RunAsync(AlarmTraffic traffic, long messages, Func<Task<long>> count, CancellationToken cancel)
    {
        var (told, durable, since) = (0L, 0L, time.GetTimestamp());
        while (told < messages)
        {
            var next = Math.Min(Chunk, messages - told);
            try
            {
                for (var i = 0; i < next; i++)
                    await nats.Connection.PublishAsync(traffic.Next(), cancel);
            }
            catch (NatsException failure)
            {
                throw new BenchException(failure.Message);
            }
            told += next;
            while (told - durable > MostOpen)
            {
                await Task.Delay(LookEvery, time, cancel);
                var now = await count();
                if (now > durable)
                    (durable, since) = (now, time.GetTimestamp());
                else if (time.GetElapsedTime(since) > Patience)
                    throw new BenchException(
                        $"Of {told} messages {told - durable} are not durable, and none has become durable for "
                            + $"{Patience.TotalSeconds:0} s.");
            }
        }
    }
}
