using Herald.Lab.Receivers;
using Xunit;

namespace Herald.EndToEnd;

public sealed class OrderPerKeyTests(ITestOutputHelper output)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_key_keeps_its_order_while_receivers_fail_at_random()
    {
        var events = Length.IsLong ? 200_000 : 20_000;
        await using var rig = await OrdersRig.StartAsync(
            1000, seed: 5, Cancel,
            ("first", new Conduct.Healthy()), ("second", new Conduct.Flaky(0.1)), ("third", new Conduct.Flaky(0.5)),
            ("fourth", new Conduct.Slow(TimeSpan.FromMilliseconds(2))), ("fifth", new Conduct.Healthy()));
        await rig.Load.RunAsync(rate: 1_000_000, TimeSpan.MaxValue, events, Cancel);
        await rig.UntilDeliveredAsync(Length.IsLong ? TimeSpan.FromMinutes(15) : TimeSpan.FromMinutes(2), Cancel);
        output.WriteLine(rig.Story());
        rig.AssertSound();
        Assert.Equal(events, rig.Ledger.AcceptedCount);
        Assert.Equal(events * 5L, rig.Ledger.Judge().Delivered);
    }
}
