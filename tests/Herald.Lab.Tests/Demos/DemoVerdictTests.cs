using System.Text.Json;
using Herald.Hosting.Commands;
using Herald.Lab.Demos;
using Herald.Lab.Ledgers;
using Herald.Lab.Receivers;
using Xunit;

namespace Herald.Lab.Tests.Demos;

/// <summary>A demo that went wrong must report it: by its exit code, and by naming what went wrong and where.</summary>
public sealed class DemoVerdictTests : IAsyncLifetime
{
    private readonly ReceiptLedger _ledger = new(2);
    private readonly List<OrderReceiver> _receivers = [];
    private readonly StringWriter _out = new(), _error = new();

    public async ValueTask InitializeAsync()
    {
        foreach (var name in new[] { "one", "two" })
        {
            var receiver = new OrderReceiver(name, _receivers.Count, _ledger);
            await receiver.StartAsync(new Conduct.Healthy(), () => TimeSpan.Zero, TimeProvider.System, new Random(1), TestContext.Current.CancellationToken);
            _receivers.Add(receiver);
        }
        for (var i = 1; i <= 10; i++)
            _ledger.Accepted("k", i);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var receiver in _receivers)
            await receiver.DisposeAsync();
    }

    [Fact]
    public void All_received_in_order_is_a_success()
    {
        Receive(0, 1, 10);
        Receive(1, 1, 10);
        Assert.Equal(ExitCode.Ok, Print());
        Assert.Empty(_error.ToString());
        Assert.Equal(
            [
                "accepted 10", "delivered 20", "duplicates 0", "out-of-order 0", "lost 0",
                "PASS: 10 events to 2 receivers, none lost, none out of order, none repeated.", "Something else happened.",
            ],
            Lines(_out));
    }

    [Fact]
    public void What_is_lost_is_named_by_receiver_key_and_number()
    {
        Receive(0, 1, 10);
        Receive(1, 1, 8);
        Assert.Equal(ExitCode.Failed, Print());
        Assert.Equal(["two has not received 2 events, among them k #9, k #10."], Lines(_error));
        Assert.Contains("lost 2", Lines(_out));
        Assert.Contains("FAIL: 10 events to 2 receivers, 2 lost, none out of order, none repeated.", Lines(_out));
    }

    [Fact]
    public void A_later_one_before_an_earlier_one_is_a_failure()
    {
        Receive(0, 1, 10);
        Receive(1, 2, 10);
        Receive(1, 1, 1);
        Assert.Equal(ExitCode.Failed, Print());
        Assert.Contains("out-of-order 1", Lines(_out));
    }

    [Fact]
    public void A_repeat_is_none_but_with_another_id_it_is()
    {
        Receive(0, 1, 10);
        Receive(1, 1, 10);
        Receive(1, 10, 10);
        Assert.Equal(ExitCode.Ok, Print());
        _ledger.Received(1, "k", 10, "another");
        Assert.Equal(ExitCode.Failed, Print());
        Assert.Equal(["1 repeats had a different webhook-id than the first delivery."], Lines(_error));
    }

    [Fact]
    public async Task A_webhook_with_a_false_signature_is_a_failure()
    {
        Receive(0, 1, 10);
        Receive(1, 1, 10);
        using var client = new HttpClient();
        var answer = await client.PostAsync(_receivers[1].Webhooks.Endpoint, new StringContent("{}"), TestContext.Current.CancellationToken);
        Assert.Equal(401, (int)answer.StatusCode);
        Assert.Equal(ExitCode.Failed, Print());
        Assert.Equal(["two refused 1 requests: a webhook-* header is missing."], Lines(_error));
    }

    [Fact]
    public void A_run_that_accepted_too_little_says_nothing()
    {
        Receive(0, 1, 10);
        Receive(1, 1, 10);
        Assert.Equal(ExitCode.Failed, Print(least: 11));
        Assert.Contains("Only 10 events were accepted", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Machines_get_the_same_numbers_as_JSON()
    {
        Receive(0, 1, 10);
        Receive(1, 1, 9);
        Assert.Equal(ExitCode.Failed, Print(json: true));
        using var verdict = JsonDocument.Parse(_out.ToString());
        Assert.Equal([10, 19, 0, 0, 1], verdict.RootElement.EnumerateObject().SkipLast(1).Select(field => field.Value.GetInt32()));
        Assert.False(verdict.RootElement.GetProperty("passed").GetBoolean());
    }

    private ExitCode Print(long least = 1, bool json = false) => DemoVerdict.Print(
        new Terminal(_out, _error, json, new Screen(null, false, TimeProvider.System)), _ledger, _receivers, least, ["Something else happened."]);

    private void Receive(int receiver, int from, int to)
    {
        for (var i = from; i <= to; i++)
            _ledger.Received(receiver, "k", i, $"msg_{i}");
    }

    private static string[] Lines(StringWriter text) => text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
