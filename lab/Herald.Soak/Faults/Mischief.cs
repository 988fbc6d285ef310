using Herald.Soak.Traffic;
using Herald.Soak.Worlds;
using Herald.TestKit.Traces;

namespace Herald.Soak.Faults;

/// <summary>Causes a fault, waits for its duration, and repairs it, whatever happens in between.</summary>
/// <param name="unwell">The receiver that can go down.</param>
internal sealed class Mischief(SoakWorld world, SoakReceiver unwell, TraceRecorder trace, TimeProvider time, Random random)
{
    // Signatures allow clocks to differ by up to five minutes.
    private const int MostSecondsApart = 240;
    private readonly Lock _gate = new();
    private readonly HashSet<SoakNode> _busy = [];

    public Task DoAsync(FaultKind kind, CancellationToken cancel) => kind switch
    {
        FaultKind.Kill => WithNodeAsync(async node =>
        {
            await node.KillAsync();
            await LastAsync(0, 8, cancel);
            await world.StartAsync(node, CancellationToken.None);
        }),
        FaultKind.Stop => WithNodeAsync(async node =>
        {
            await node.StopAsync();
            await LastAsync(0, 5, cancel);
            await world.StartAsync(node, CancellationToken.None);
        }),
        FaultKind.Pause => WithNodeAsync(async node =>
        {
            node.StandStill();
            await LastAsync(2.5, 9, cancel);
            node.GoOn();
        }),
        FaultKind.Cut => WithNodeAsync(async node =>
        {
            node.Database.BlackHole();
            await LastAsync(2.5, 9, cancel);
            node.Database.Heal();
        }),
        FaultKind.Reset => WithNodeAsync(async node =>
        {
            for (var times = Draw(1, 5); times > 0; times--)
            {
                node.Database.Reset();
                await LastAsync(0, 1, cancel);
            }
        }),
        FaultKind.Database => DatabaseAsync(cancel),
        FaultKind.Kafka => KafkaAsync(cancel),
        FaultKind.Nats => NatsAsync(cancel),
        FaultKind.Disk => DiskAsync(cancel),
        FaultKind.Clock => WithNodeAsync(async node =>
        {
            node.Clock!.Set(TimeSpan.FromSeconds(Draw(-MostSecondsApart, MostSecondsApart)));
            await LastAsync(3, 12, cancel);
            node.Clock.Set(TimeSpan.Zero);
        }),
        FaultKind.Receiver => ReceiverAsync(cancel),
    };

    private async Task DatabaseAsync(CancellationToken cancel)
    {
        world.KillDatabase();
        await LastAsync(0, 6, cancel);
        await world.StartDatabaseAsync(CancellationToken.None);
    }

    private async Task KafkaAsync(CancellationToken cancel)
    {
        await world.Kafka!.KillAsync();
        await LastAsync(0, 6, cancel);
        await world.Kafka.StartAgainAsync(CancellationToken.None);
    }

    private async Task NatsAsync(CancellationToken cancel)
    {
        await world.Nats!.KillAsync();
        await LastAsync(0, 6, cancel);
        await world.Nats.StartAgainAsync(true, CancellationToken.None);
    }

    private async Task DiskAsync(CancellationToken cancel)
    {
        await world.Disk!.FillAsync();
        await LastAsync(3, 15, cancel);
        world.Disk.Empty();
        // The database ends by itself when it cannot write its log, and does not start again by itself.
        await world.StartDatabaseAsync(CancellationToken.None);
    }

    private async Task ReceiverAsync(CancellationToken cancel)
    {
        trace.Tell(unwell.Name, "away", ("subscription", unwell.Name));
        await unwell.Webhooks.GoDownAsync(CancellationToken.None);
        await LastAsync(2, 12, cancel);
        trace.Tell(unwell.Name, "back", ("subscription", unwell.Name));
        await unwell.Webhooks.ComeBackAsync(CancellationToken.None);
    }

    // Chooses a node that no other fault uses.
    private async Task WithNodeAsync(Func<SoakNode, Task> happen)
    {
        SoakNode node;
        lock (_gate)
        {
            var free = world.All.Where(node => !_busy.Contains(node)).ToList();
            node = free[random.Next(free.Count)];
            _busy.Add(node);
        }
        try
        {
            await happen(node);
        }
        finally
        {
            lock (_gate)
                _busy.Remove(node);
        }
    }

    /// <summary>Waits for a random time. The end of a round shortens it.</summary>
    private async Task LastAsync(double least, double most, CancellationToken cancel)
    {
        var length = TimeSpan.FromSeconds(Draw(least, most));
        try
        {
            await Task.Delay(length, time, cancel);
        }
        catch (OperationCanceledException)
        {
            // Repair the fault at once.
        }
    }

    private int Draw(int least, int end) => (int)Draw((double)least, end);

    private double Draw(double least, double most)
    {
        lock (_gate)
            return least + (random.NextDouble() * (most - least));
    }
}
