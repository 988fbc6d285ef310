using System.Collections.Concurrent;
using Herald.Client;
using Herald.Lab.Processes;
using Herald.Lab.Receivers;
using Herald.TestKit.Traces;
using Xunit;

namespace Herald.EndToEnd;

public sealed class ServingTests
{
    /// <summary>The default of <c>engine.grace</c>.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

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
        const int Orders = 200, Events = 6000;
        await using var rig = await OrdersRig.StartAsync(
            Orders, seed: 2, Cancel, ("healthy", new Conduct.Healthy()), ("slow", new Conduct.Slow(TimeSpan.FromMilliseconds(20))));
        var load = rig.Load.RunAsync(rate: 2000, TimeSpan.MaxValue, Events, Cancel);
        await rig.UntilAcceptedAsync(2000, Cancel);
        await AssertNoAttemptFailedAsync(rig);

        rig.Terminate();
        await AssertEndsAsync(rig.Server, Grace);

        await rig.RestartAsync(Cancel);
        await load;
        await rig.UntilDeliveredAsync(TimeSpan.FromSeconds(60), Cancel);
        rig.AssertSound();
        // Besides the judge, three other sources must agree: the number of requests, the metrics, and the history around the stop.
        Assert.Equal(Events * 2L, rig.Receivers.Sum(receiver => receiver.Webhooks.Attempts));
        await AssertNoAttemptFailedAsync(rig);
        for (var order = 1; order <= Orders; order += 4)
            for (var number = 7; number <= 13; number++)
                await AssertDeliveredAtOnceAsync(rig, $"order-{order:000000}", number);
    }

    /// <summary>
    /// An attempt that lasts longer than the grace time is cancelled. It is not counted, and is made again as the same attempt of the same
    /// message.
    /// </summary>
    [Fact]
    public async Task A_stop_gives_up_what_outlasts_its_grace_time_and_counts_it_for_nothing()
    {
        var data = Directory.CreateTempSubdirectory("herald-test-");
        try
        {
            var received = new ConcurrentQueue<(string Id, int Attempt)>();
            await using var receiver = await WebhookReceiver.StartAsync(
                "hook", null, new Conduct.Slow(TimeSpan.FromSeconds(30)), webhook => received.Enqueue((webhook.Id, webhook.Attempt)), TimeProvider.System, new Random(1), Cancel);
            string[] arguments = ["--data", data.FullName, "--listen", "127.0.0.1:0", "--set", "engine.grace=500ms"];
            await using (var server = await ServerProcess.StartAsync(arguments, TimeProvider.System, Cancel))
            {
                using var client = new HeraldClient(server.Address, null);
                await client.Topics.PutAsync("orders", cancel: Cancel);
                var subscription = new SubscriptionDefinition
                {
                    Topic = "orders",
                    Endpoint = receiver.Endpoint.ToString(),
                    Limits = new DeliveryLimits { Timeout = TimeSpan.FromMinutes(1) },
                };
                await client.Subscriptions.PutAsync("hook", subscription, cancel: Cancel);
                Assert.Equal(202, (await client.Events.PublishAsync("orders", new NewEvent { Id = "one", Key = "k", Payload = "1" }, Cancel)).Status);
                await Wait.UntilAsync(() => receiver.Attempts == 1, TimeSpan.FromSeconds(10), () => "No attempt arrived.", Cancel);
                Signal.Terminate(server.Id);
                // The grace time and the time that a process needs to end.
                await AssertEndsAsync(server, TimeSpan.FromSeconds(5));
            }

            receiver.Conduct = new Conduct.Healthy();
            await using var again = await ServerProcess.StartAsync(arguments, TimeProvider.System, Cancel);
            await Wait.UntilAsync(() => !received.IsEmpty, TimeSpan.FromSeconds(10), () => "It was not sent again.", Cancel);
            Assert.Equal(1, Assert.Single(received).Attempt);
            Assert.Equal(2, receiver.Attempts);
            using var asking = new HeraldClient(again.Address, null);
            await Wait.UntilAsync(
                () => Attempts(asking.Events.GetAsync("orders", "one", "k", Cancel).GetAwaiter().GetResult()).SequenceEqual([(1, "delivered")]),
                TimeSpan.FromSeconds(10), () => "The history tells of something else than one delivery.", Cancel);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_second_signal_ends_it_at_once()
    {
        await using var rig = await OrdersRig.StartAsync(10, seed: 3, Cancel, ("stuck", new Conduct.Slow(TimeSpan.FromSeconds(30))));
        await rig.Load.RunAsync(rate: 1000, TimeSpan.MaxValue, most: 10, Cancel);
        await Wait.UntilAsync(() => rig.Receivers[0].Webhooks.Attempts > 0, TimeSpan.FromSeconds(10), () => "No attempt arrived.", Cancel);
        Signal.Terminate(rig.Server.Id);
        // Once the server refuses events, it has handled the first signal. Only then does the next one count as the second.
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
            ServerProcess.StartAsync(["--listen", "nowhere", "--set", "engine.window=0"], TimeProvider.System, Cancel));
        Assert.Contains("listen = 'nowhere'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("engine.window = '0'", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task AssertEndsAsync(ServerProcess server, TimeSpan within)
    {
        using var patience = new CancellationTokenSource(within, TimeProvider.System);
        try
        {
            await server.ExitedAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"It has not ended within {within}.\n{server.LastOutput}");
        }
        Assert.Equal(0, server.ExitCode);
    }

    private static async Task AssertNoAttemptFailedAsync(OrdersRig rig)
    {
        var metrics = (await rig.Client.Operations.GetMetricsAsync(Cancel)).Text.Split('\n');
        Assert.Contains(metrics, line => line.StartsWith("herald_attempts_total{outcome=\"delivered\"}", StringComparison.Ordinal));
        Assert.DoesNotContain(metrics, line => line.StartsWith("herald_attempts_total{", StringComparison.Ordinal) && !line.Contains("\"delivered\"", StringComparison.Ordinal));
        Assert.DoesNotContain(metrics, line => line.StartsWith("herald_skips_total{", StringComparison.Ordinal));
    }

    private static async Task AssertDeliveredAtOnceAsync(OrdersRig rig, string order, int number)
    {
        var story = await rig.Client.Events.GetAsync("orders", $"{order}-{number}", order, Cancel);
        Assert.True(story.Succeeded, story.Text);
        Assert.Equal([(1, "delivered"), (1, "delivered")], Attempts(story));
    }

    private static (int Number, string Outcome)[] Attempts(Reply<EventStory> story) =>
        story.Value is not { } told ? [] : [.. told.Attempts.Select(attempt => (attempt.Number, attempt.Outcome))];

    private static bool Refuses(OrdersRig rig)
    {
        try
        {
            using var brief = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            return !rig.Client.Topics.PutAsync("another", cancel: brief.Token).GetAwaiter().GetResult().Succeeded;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            return true;
        }
    }
}
