using System.Text.Json;
using Herald.Cli.CommandLine;
using Herald.Lab.Processes;
using Herald.Lab.Receivers;
using Xunit;

namespace Herald.EndToEnd;

/// <summary>Every command that calls a server, against a real one.</summary>
public sealed class CommandsTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("herald-test-");
    private readonly List<string> _received = [];
    private ServerProcess _server = null!;
    private WebhookReceiver _receiver = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await ServerProcess.StartAsync(["--data", Path.Combine(_folder.FullName, "data"), "--listen", "127.0.0.1:0"], TimeProvider.System, Cancel);
        _receiver = await WebhookReceiver.StartAsync(
            "hook", null, new Conduct.Healthy(),
            webhook =>
            {
                lock (_received)
                    _received.Add(webhook.Headers["herald-event-id"].ToString());
            },
            TimeProvider.System, new Random(1), Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _receiver.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Topics_and_subscriptions_are_made_changed_and_deleted()
    {
        await RunAsync(0, "topics", "create", "orders");
        await RunAsync(0, "topics", "create", "orders");
        Assert.Contains("orders", await RunAsync(0, "topics", "list"), StringComparison.Ordinal);
        await RunAsync(0, "topics", "create", "orders", "--label", "team=billing");
        Assert.Contains("orders", await RunAsync(0, "topics", "list", "--label", "team=billing"), StringComparison.Ordinal);
        Assert.DoesNotContain("orders", await RunAsync(0, "topics", "list", "--label", "team=other"), StringComparison.Ordinal);
        Assert.Equal("orders", Field(await RunAsync(0, "topics", "get", "orders", "--json"), "name"));
        await RunAsync(4, "topics", "get", "nothing");
        await RunAsync(5, "topics", "create", "no spaces allowed");

        var created = await RunAsync(0, "subscriptions", "put", "billing", "--topic", "orders", "--endpoint", _receiver.Endpoint.ToString(),
            "--filter", "type=paid", "--max-in-flight", "3", "--label", "team=billing", "--json");
        Assert.StartsWith("whsec_", Field(created, "secret"), StringComparison.Ordinal);
        Assert.Contains("billing", await RunAsync(0, "subscriptions", "list", "--topic", "orders"), StringComparison.Ordinal);
        Assert.Contains("billing", await RunAsync(0, "subscriptions", "list", "--label", "team=billing"), StringComparison.Ordinal);
        await RunAsync(2, "subscriptions", "list", "--label", "team");
        Assert.Contains("maxInFlight: 3", await RunAsync(0, "subscriptions", "get", "billing"), StringComparison.Ordinal);
        await RunAsync(5, "subscriptions", "put", "broken", "--topic", "orders", "--endpoint", "ftp://example.com");
        await RunAsync(0, "subscriptions", "pause", "billing");
        Assert.Equal("paused", Field(await RunAsync(0, "subscriptions", "get", "billing", "--json"), "status"));
        await RunAsync(0, "subscriptions", "resume", "billing");
        Assert.NotEqual(Field(created, "secret"), Field(await RunAsync(0, "subscriptions", "rotate-secret", "billing", "--overlap", "1h", "--json"), "secret"));
        Assert.Contains("outcome: delivered", await RunAsync(0, "subscriptions", "test", "billing"), StringComparison.Ordinal);
        Assert.Contains("nothing waits", await RunAsync(0, "subscriptions", "lag", "billing"), StringComparison.Ordinal);
        await RunAsync(0, "subscriptions", "blocked-keys", "billing");

        await RunAsync(5, "topics", "delete", "orders");
        await RunAsync(0, "subscriptions", "delete", "billing");
        await RunAsync(4, "subscriptions", "get", "billing");
        await RunAsync(0, "topics", "delete", "orders");
    }

    [Fact]
    public async Task Events_are_published_tailed_found_and_replayed()
    {
        await RunAsync(0, "topics", "create", "orders");
        await RunAsync(0, "subscriptions", "put", "billing", "--topic", "orders", "--endpoint", _receiver.Endpoint.ToString());
        using var tailing = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var tailed = new StringWriter();
        var writing = TextWriter.Synchronized(tailed);
        var tail = HeraldCommandLine.RunAsync(
            ["tail", "orders", "--server", _server.Address.ToString()], writing, TextWriter.Null, TimeProvider.System, tailing.Token);

        // The tail has begun once it shows an event. It may miss events that were published before.
        for (var warm = 0; Tailed().Length == 0; warm++)
        {
            await RunAsync(0, "publish", "orders", "0", "--id", $"warm-{warm}");
            Assert.True(warm < 500, "The tail shows nothing.");
        }
        var file = Path.Combine(_folder.FullName, "events.ndjson");
        await File.WriteAllLinesAsync(file, Enumerable.Range(1, 1200).Select(i => $$"""{"id":"e-{{i}}","key":"k{{i % 7}}","payload":{{i}}}"""), Cancel);
        Assert.StartsWith("accepted 1200, duplicates 0, refused 0", await RunAsync(0, "publish", "orders", "--file", file), StringComparison.Ordinal);
        Assert.StartsWith("accepted 0, duplicates 1200, refused 0", await RunAsync(0, "publish", "orders", "--file", file), StringComparison.Ordinal);
        await RunAsync(4, "publish", "nothing", "1");

        await Wait.UntilAsync(() => Received("e-1200") == 1, TimeSpan.FromSeconds(20), () => "e-1200 was not received.", Cancel);
        await Wait.UntilAsync(() => Tailed().Contains("e-1200", StringComparison.Ordinal), TimeSpan.FromSeconds(20), () => "The tail does not show e-1200.", Cancel);
        await tailing.CancelAsync();
        Assert.Equal(130, await tail);

        Assert.Contains("e-5", await RunAsync(0, "events", "get", "orders", "e-5", "--key", "k5"), StringComparison.Ordinal);
        await RunAsync(4, "events", "get", "orders", "e-9999");
        await RunAsync(0, "subscriptions", "replay", "billing", "earliest");
        await Wait.UntilAsync(() => Received("e-1200") == 2, TimeSpan.FromSeconds(20), () => "e-1200 was not replayed.", Cancel);

        string Tailed()
        {
            // The synchronized writer locks itself, so this excludes its writes.
            lock (writing)
                return tailed.ToString();
        }
    }

    [Fact]
    public async Task Dead_letters_are_listed_redriven_and_discarded()
    {
        _receiver.Conduct = new Conduct.Flaky(1);
        var subscription = Path.Combine(_folder.FullName, "billing.json");
        await File.WriteAllTextAsync(subscription, """{"retry": {"maxAttempts": 1}}""", Cancel);
        await RunAsync(0, "topics", "create", "orders");
        await RunAsync(0, "subscriptions", "put", "billing", "--file", subscription, "--topic", "orders", "--endpoint", _receiver.Endpoint.ToString());
        await RunAsync(0, "publish", "orders", "1", "2", "3", "--key", "k", "--id-prefix", "p");
        await UntilDeadAsync(3);

        _receiver.Conduct = new Conduct.Healthy();
        var first = (await DeadAsync())[0].GetProperty("id").GetString()!;
        Assert.Equal("1", Field(await RunAsync(0, "dead-letters", "redrive", first, "--json"), "count"));
        await Wait.UntilAsync(() => Received("p-1") == 1, TimeSpan.FromSeconds(20), () => "p-1 was not redriven.", Cancel);
        await UntilDeadAsync(2);
        Assert.Equal("2", Field(await RunAsync(0, "dead-letters", "discard", "--subscription", "billing", "--json"), "count"));
        await UntilDeadAsync(0);
        await RunAsync(0, "dead-letters", "redrive", "--all");
    }

    [Fact]
    public async Task A_backup_is_a_directory_that_can_be_served()
    {
        await RunAsync(0, "topics", "create", "orders");
        await RunAsync(0, "publish", "orders", "1", "--id", "one");
        var copy = Path.Combine(_folder.FullName, "copy");
        await RunAsync(0, "backup", copy);
        await RunAsync(0, "publish", "orders", "2", "--id", "two");
        await using var restored = await ServerProcess.StartAsync(["--data", copy, "--listen", "127.0.0.1:0"], TimeProvider.System, Cancel);
        await RunAsync(0, restored.Address, "events", "get", "orders", "one");
        await RunAsync(4, restored.Address, "events", "get", "orders", "two");
    }

    private Task<string> RunAsync(int code, params string[] arguments) => RunAsync(code, _server.Address, arguments);

    private static async Task<string> RunAsync(int code, Uri server, params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var ended = await HeraldCommandLine.RunAsync([.. arguments, "--server", server.ToString()], output, error, TimeProvider.System, Cancel);
        Assert.True(ended == code, $"herald {string.Join(' ', arguments)} ended with {ended}:\n{output}{error}");
        return output.ToString();
    }

    private async Task<IReadOnlyList<JsonElement>> DeadAsync()
    {
        using var page = JsonDocument.Parse(await RunAsync(0, "dead-letters", "list", "--json"));
        return [.. page.RootElement.Clone().GetProperty("items").EnumerateArray()];
    }

    private Task UntilDeadAsync(int count) => Wait.UntilAsync(
        () => DeadAsync().GetAwaiter().GetResult().Count == count, TimeSpan.FromSeconds(20), () => $"There are not {count} dead letters.", Cancel);

    private int Received(string id)
    {
        lock (_received)
            return _received.Count(received => received == id);
    }

    private static string Field(string json, string field)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty(field).ToString();
    }
}
