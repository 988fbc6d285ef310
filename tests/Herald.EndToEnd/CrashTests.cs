using Herald.Lab.Receivers;
using Xunit;

namespace Herald.EndToEnd;

public sealed class CrashTests(ITestOutputHelper output)
{
    private const int LongestRoundMs = 400, LongestStartMs = 400;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>
    /// The server is killed at random instants under load, sometimes while it starts. Publisher and receivers go on. Nothing may be lost,
    /// out of order, or repeated under another id.
    /// </summary>
    [Fact]
    public async Task Killed_at_any_moment_it_loses_nothing_and_keeps_the_order()
    {
        var seed = Length.Seed;
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
            // The instant is random, so that it can hit any step. Before it, the server has made progress since the last kill.
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
        // A batch without an answer has an unknown outcome. So the load ends after a batch that has been answered.
        await rig.UntilAcceptedAsync(rig.Ledger.AcceptedCount + 1, Cancel);
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load);
        await rig.UntilDeliveredAsync(TimeSpan.FromSeconds(90), Cancel);
        output.WriteLine($"{kills} kills, {killsWhileStarting} more while it was starting: {rig.Story()}");
        rig.AssertSound();
        Assert.Equal(Length.Rounds, kills);
        // Without any repeat, the test would prove nothing about repeats.
        Assert.True(rig.Ledger.Judge().Duplicates > 0, rig.Story());
    }
}
