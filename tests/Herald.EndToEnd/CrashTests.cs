using Herald.Lab.Receivers;
using Xunit;

namespace Herald.EndToEnd;

public sealed class CrashTests(ITestOutputHelper output)
{
    private const int LongestRoundMs = 400, LongestStartMs = 400;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>
    /// The server is killed at random instants under load, sometimes while it is starting; publisher and receivers go on, and nothing may be
    /// lost, out of order, or repeated under another id.
    /// </summary>
    [Fact]
    public async Task Killed_at_any_moment_it_loses_nothing_and_keeps_the_order()
    {
        var seed = Environment.ProcessId;
        output.WriteLine($"seed {seed}, {Length.Rounds} rounds");
        var random = new Random(seed);
        var (kills, killsWhileStarting) = (0, 0);
        await using var rig = await OrdersRig.StartAsync(
            500, seed, Cancel,
            ("healthy", new Conduct.Healthy()), ("slow", new Conduct.Slow(TimeSpan.FromMilliseconds(10))), ("flaky", new Conduct.Flaky(0.3)));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var load = rig.Load.RunAsync(rate: 4000, TimeSpan.MaxValue, most: long.MaxValue, over.Token);
        for (var round = 0; round < Length.Rounds; round++)
        {
            // Whatever it does then: the instant is drawn, not chosen. But it has done something since the last.
            await rig.UntilAcceptedAsync(rig.Ledger.AcceptedCount + 1, Cancel);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(LongestRoundMs)), TimeProvider.System, Cancel);
            await rig.Server.KillAsync();
            kills++;
            if (random.Next(3) == 0)
            {
                await rig.KillWhileStartingAsync(TimeSpan.FromMilliseconds(random.Next(LongestStartMs)), Cancel);
                killsWhileStarting++;
            }
            await rig.RestartAsync(Cancel);
        }
        // Until a batch has its answer nobody knows its fate: the load ends behind one that has.
        await rig.UntilAcceptedAsync(rig.Ledger.AcceptedCount + 1, Cancel);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load);
        await rig.UntilDeliveredAsync(TimeSpan.FromSeconds(90), Cancel);
        output.WriteLine($"{kills} kills, {killsWhileStarting} more while it was starting: {rig.Story()}");
        rig.AssertSound();
        Assert.Equal(Length.Rounds, kills);
        // Otherwise nothing was said of repeats.
        Assert.True(rig.Ledger.Judge().Duplicates > 0, rig.Story());
    }
}
