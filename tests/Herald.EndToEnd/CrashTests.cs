using Herald.Cli.Receiving;
using Xunit;

namespace Herald.EndToEnd;

public sealed class CrashTests(ITestOutputHelper output)
{
    private const int EventsPerRound = 1500;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The server is killed at random moments under load; publisher and receivers go on, and nothing may be lost or out of order.</summary>
    [Fact]
    public async Task Killed_at_any_moment_it_loses_nothing_and_keeps_the_order()
    {
        var seed = Environment.ProcessId;
        output.WriteLine($"seed {seed}, {Length.Rounds} rounds");
        var random = new Random(seed);
        await using var rig = await OrdersRig.StartAsync(
            500, seed, Cancel,
            ("healthy", new Conduct.Healthy()), ("slow", new Conduct.Slow(TimeSpan.FromMilliseconds(10))), ("flaky", new Conduct.Flaky(0.3)));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var load = rig.Load.RunAsync(rate: 4000, TimeSpan.MaxValue, most: (long)EventsPerRound * Length.Rounds, enough.Token);
        for (var round = 0; round < Length.Rounds && !load.IsCompleted; round++)
        {
            await rig.UntilAcceptedAsync(Math.Min(rig.Ledger.AcceptedCount + random.Next(1, EventsPerRound), (long)EventsPerRound * Length.Rounds), Cancel);
            await rig.Server.KillAsync();
            await rig.RestartAsync(Cancel);
        }
        await load;
        await rig.UntilDeliveredAsync(TimeSpan.FromSeconds(90), Cancel);
        output.WriteLine(rig.Story());
        rig.AssertSound();
    }
}
