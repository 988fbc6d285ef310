using Herald.Lab.Benches.Machines;

namespace Herald.Lab.Benches.Traffic;

/// <summary>Publishes the events of a run over many connections, by schedule or as fast as answers come.</summary>
internal sealed class TrafficPublisher(TrafficOrder.Begin run, TimeProvider time)
{
    /// <summary>
    /// There are so many connections that one slow answer delays few events: arrivals of a key wait for those before them.
    /// </summary>
    private const int OpenConnections = 256, HotConnections = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// An open loop: each event has a scheduled time, whether or not those before it are answered. An event that is late because of a slow
    /// answer keeps its scheduled time, so that its latency includes the wait.
    /// </summary>
    public async Task<SentTotals> ArriveAsync(TrafficOrder.Arrive order)
    {
        var addresses = order.Targets.Select(target => new TrafficAddress(target, order.Topic)).ToArray();
        var connections = Enumerable.Range(0, OpenConnections + HotConnections)
            .Select(number => new TrafficConnection(addresses[number % addresses.Length], run, () => null)).ToArray();
        return await RunAsync(
            connections, TimeSpan.Zero, () => Task.Factory.StartNew(() => Schedule(connections, order), TaskCreationOptions.LongRunning));
    }

    /// <summary>A closed loop: each connection sends the next event when the last one is answered.</summary>
    public async Task<SentTotals> PressAsync(TrafficOrder.Press order)
    {
        var addresses = order.Targets.Select(target => new TrafficAddress(target, order.Topic)).ToArray();
        var began = time.GetTimestamp();
        var nexts = Enumerable.Range(0, order.Connections).Select(number =>
        {
            long count = 0;
            var keys = (run.Keys - number + order.Connections - 1) / order.Connections;
            return (Func<TrafficEvent?>)(() =>
            {
                var now = time.GetTimestamp();
                if (time.GetElapsedTime(began, now) >= order.Length)
                    return null;
                var (round, key) = Math.DivRem(count++, keys);
                return new(run.Run, number + ((int)key * order.Connections), round + 1, now);
            });
        }).ToArray();
        var connections = nexts.Select((next, number) => new TrafficConnection(addresses[number % addresses.Length], run, next)).ToArray();
        return await RunAsync(connections, order.Length, () =>
        {
            began = time.GetTimestamp();
            foreach (var (connection, next) in connections.Zip(nexts))
                if (next() is { } first)
                    connection.Offer(first);
            return Task.CompletedTask;
        });
    }

    /// <param name="goesOn">For how long connections continue to send by themselves once everything is offered.</param>
    private async Task<SentTotals> RunAsync(TrafficConnection[] connections, TimeSpan goesOn, Func<Task> offer)
    {
        try
        {
            foreach (var connection in connections)
                await connection.OpenAsync();
            var began = time.GetTimestamp();
            await offer();
            var offered = time.GetTimestamp();
            while (connections.Any(connection => !connection.IsDone) && time.GetElapsedTime(offered) < goesOn + Patience)
                await Task.Delay(TimeSpan.FromMilliseconds(1), time);
            return new(
                connections.Sum(one => one.Accepted), connections.Sum(one => one.AcceptedHot), connections.Sum(one => one.Refused),
                connections.Sum(one => one.Broken), time.GetElapsedTime(began));
        }
        finally
        {
            foreach (var connection in connections)
                connection.Dispose();
        }
    }

    private void Schedule(TrafficConnection[] connections, TrafficOrder.Arrive order)
    {
        var arrivals = new Arrivals(run);
        var began = time.GetTimestamp();
        var count = (long)(order.Rate * order.Length.TotalSeconds);
        for (long i = 0; i < count; i++)
        {
            var due = began + (i * time.TimestampFrequency / order.Rate);
            for (var now = time.GetTimestamp(); now < due; now = time.GetTimestamp())
                PreciseWait.For(time.GetElapsedTime(now, due));
            var one = arrivals.Next(due);
            connections[one.Key < run.HotKeys ? OpenConnections + (one.Key % HotConnections) : one.Key % OpenConnections].Offer(one);
        }
    }
}
