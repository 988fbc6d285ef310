using System.Text.Json.Nodes;
using Herald.Cli.Processes;
using Herald.Cli.Receiving;
using Herald.Cli.Serving;
using Xunit;

namespace Herald.EndToEnd;

public sealed class ServingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_published_arrives_signed_and_in_order()
    {
        await using var rig = await OrdersRig.StartAsync(10, seed: 1, Cancel, ("healthy", new Conduct.Healthy()));
        await rig.Load.RunAsync(rate: 100_000, TimeSpan.MaxValue, most: 1000, Cancel);
        await rig.UntilDeliveredAsync(TimeSpan.FromSeconds(30), Cancel);
        rig.AssertSound();
        Assert.Equal(1000, rig.Ledger.AcceptedCount);
    }

    [Fact]
    public async Task A_stop_under_load_loses_nothing_and_costs_no_attempt()
    {
        await using var rig = await OrdersRig.StartAsync(
            200, seed: 2, Cancel, ("healthy", new Conduct.Healthy()), ("slow", new Conduct.Slow(TimeSpan.FromMilliseconds(20))));
        var load = rig.Load.RunAsync(rate: 2000, TimeSpan.MaxValue, most: 6000, Cancel);
        await rig.UntilAcceptedAsync(2000, Cancel);

        Signal.Terminate(rig.Server.Id);
        using var grace = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        await rig.Server.ExitedAsync(grace.Token);
        Assert.Equal(0, rig.Server.ExitCode);

        await rig.RestartAsync(Cancel);
        await load;
        await rig.UntilDeliveredAsync(TimeSpan.FromSeconds(60), Cancel);
        rig.AssertSound();
        Assert.All(rig.Receivers, receiver => Assert.True(receiver.Retries == 0, rig.Story()));
        Assert.Equal(0, rig.Ledger.Judge().Duplicates);
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once()
    {
        await using var rig = await OrdersRig.StartAsync(10, seed: 3, Cancel, ("stuck", new Conduct.Slow(TimeSpan.FromSeconds(30))));
        await rig.Load.RunAsync(rate: 1000, TimeSpan.MaxValue, most: 10, Cancel);
        await Wait.UntilAsync(() => rig.Receivers[0].Webhooks.Attempts > 0, TimeSpan.FromSeconds(10), () => "No attempt arrived.", Cancel);
        Signal.Terminate(rig.Server.Id);
        // The first signal has been taken when nothing new is; only then is the next one a second.
        await Wait.UntilAsync(() => Refuses(rig), TimeSpan.FromSeconds(10), () => "It still takes events.", Cancel);
        Signal.Terminate(rig.Server.Id);
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(3), TimeProvider.System);
        await rig.Server.ExitedAsync(soon.Token);
        Assert.Equal(143, rig.Server.ExitCode);
    }

    [Fact]
    public async Task Two_servers_on_one_directory_are_refused()
    {
        var data = Directory.CreateTempSubdirectory("herald-test-");
        try
        {
            await using var first = await ServerProcess.StartAsync(["--data", data.FullName, "--listen", "127.0.0.1:0"], TimeProvider.System, Cancel);
            var refusal = await Assert.ThrowsAsync<ChildProcessException>(() =>
                ServerProcess.StartAsync(["--data", data.FullName, "--listen", "127.0.0.1:0"], TimeProvider.System, Cancel));
            Assert.Contains(data.FullName, refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_directory_that_cannot_be_written_is_refused_at_start_with_its_name()
    {
        var refusal = await Assert.ThrowsAsync<ChildProcessException>(() =>
            ServerProcess.StartAsync(["--listen", "127.0.0.1:0", "--data", "/proc/herald"], TimeProvider.System, Cancel));
        Assert.Contains("dataDirectory = '/proc/herald'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_setting_is_refused_at_start_with_its_name_and_value()
    {
        var refusal = await Assert.ThrowsAsync<ChildProcessException>(() =>
            ServerProcess.StartAsync(["--listen", "nowhere", "--engine-window", "0"], TimeProvider.System, Cancel));
        Assert.Contains("listen = 'nowhere'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("engine.window = '0'", refusal.Message, StringComparison.Ordinal);
    }

    private static bool Refuses(OrdersRig rig)
    {
        try
        {
            using var brief = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            return !rig.Client.PutAsync("/v1/topics/another", new JsonObject(), brief.Token).GetAwaiter().GetResult().Succeeded;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            return true;
        }
    }
}
