using System.Collections.Concurrent;
using System.Security.Cryptography;
using Herald.Client;
using Herald.Lab.Processes;
using Herald.Lab.Receivers;
using Herald.TestKit.Documentation;
using Xunit;

namespace Herald.EndToEnd.Receiving;

/// <summary>The receivers of docs/receiving.md, before a real Herald.</summary>
public sealed class ReceiversTests
{
    private const string Payload = """{"name": "Zoë – 漢字 🎈",  "total": 12.50}""";
    private const string Topic = "orders", Direct = "direct", Copy = "copy";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("js")]
    [InlineData("python")]
    [InlineData("go")]
    [InlineData("java")]
    [InlineData("csharp")]
    [InlineData("ruby")]
    [InlineData("php")]
    public async Task A_receiver_of_the_page_accepts_what_Herald_sends_and_nothing_else(string language)
    {
        var secret = $"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}";
        await using var receiver = await DocumentedReceiver.StartAsync(language, secret, Cancel);
        var data = Directory.CreateTempSubdirectory("herald-test-");
        try
        {
            await using var server = await ServerProcess.StartAsync(["--data", data.FullName, "--listen", "127.0.0.1:0"], TimeProvider.System, Cancel);
            using var client = new HeraldClient(server.Address, null);
            var copies = new ConcurrentQueue<CopiedWebhook>();
            await using var copying = await WebhookReceiver.StartAsync(
                "copy", null, new Conduct.Healthy(), webhook => copies.Enqueue(CopiedWebhook.Of(webhook)), TimeProvider.System, new Random(1), Cancel);
            await client.Topics.PutAsync(Topic, cancel: Cancel);
            await SubscribeAsync(client, Direct, receiver.Endpoint, secret);
            await SubscribeAsync(client, Copy, copying.Endpoint, secret);

            // What Herald sends is accepted, at the first attempt.
            await PublishAsync(client, "first", receiver);
            var sent = await NextAsync(copies);
            await AssertStatusAsync(204, sent);

            // What was changed on the way, or is not signed, is refused.
            await AssertStatusAsync(401, sent with { Body = [.. sent.Body, (byte)' '] });
            await AssertStatusAsync(401, sent with { Id = sent.Id + "x" });
            await AssertStatusAsync(401, sent with { Signatures = "" });
            await AssertStatusAsync(401, sent with { Signatures = "v1,AAAA v1a, ?" });

            // A request that was recorded is refused later, and one of a clock that is far ahead is refused too.
            var now = TimeProvider.System.GetUtcNow();
            await AssertStatusAsync(204, sent.SignedAt(now.AddMinutes(-3), secret));
            await AssertStatusAsync(401, sent.SignedAt(now.AddMinutes(-6), secret));
            await AssertStatusAsync(401, sent.SignedAt(now.AddMinutes(8), secret));

            // While the secret rotates, the receiver still has the old one. It is the second of two signatures.
            await client.Subscriptions.RotateSecretAsync(Direct, cancel: Cancel);
            await client.Subscriptions.RotateSecretAsync(Copy, cancel: Cancel);
            await PublishAsync(client, "second", receiver);
            var rotated = await NextAsync(copies);
            var signatures = rotated.Signatures.Split(' ');
            Assert.Equal(2, signatures.Length);
            await AssertStatusAsync(204, rotated);
            await AssertStatusAsync(204, rotated with { Signatures = signatures[1] });
            await AssertStatusAsync(401, rotated with { Signatures = signatures[0] });
        }
        finally
        {
            data.Delete(recursive: true);
        }

        async Task AssertStatusAsync(int status, CopiedWebhook webhook)
        {
            using var http = new HttpClient();
            var answered = await webhook.SendAsync(http, receiver.Endpoint, Cancel);
            Assert.True(status == answered, $"The receiver in {language} answered {answered} instead of {status}.\n{receiver.Output}");
        }
    }

    /// <summary>The server in Python's library answers in HTTP/1.0, and closes each connection.</summary>
    [Fact]
    public async Task A_receiver_that_closes_each_connection_gets_every_event_at_the_first_attempt()
    {
        const int Events = 200;
        var secret = $"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}";
        await using var receiver = await DocumentedReceiver.StartAsync("python", secret, Cancel);
        var data = Directory.CreateTempSubdirectory("herald-test-");
        try
        {
            await using var server = await ServerProcess.StartAsync(["--data", data.FullName, "--listen", "127.0.0.1:0"], TimeProvider.System, Cancel);
            using var client = new HeraldClient(server.Address, null);
            await client.Topics.PutAsync(Topic, cancel: Cancel);
            await SubscribeAsync(client, Direct, receiver.Endpoint, secret);
            NewEvent[] events = [.. Enumerable.Range(0, Events).Select(n => new NewEvent { Id = $"e{n}", Key = "k", Payload = Payload })];
            (await client.Events.PublishAsync(Topic, events, Cancel)).ValueOrThrow();

            var last = events[^1].Id!;
            await Wait.UntilAsync(
                () => OfDirect(client.Events.GetAsync(Topic, last, "k", Cancel).GetAwaiter().GetResult()).Length > 0, Patience,
                () => $"Events still wait.\n{receiver.Output}", Cancel);
            for (var n = 0; n < Events; n++)
                Assert.True(OfDirect(await client.Events.GetAsync(Topic, $"e{n}", "k", Cancel)) is [{ StatusCode: 204 }], $"e{n}");
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Every_receiver_of_the_page_is_run_by_a_test()
    {
        var page = (await CommittedDocs.ReadAsync("receiving.md", Cancel)).ReplaceLineEndings("\n");
        var shown = page.Split('\n').Where(line => line.StartsWith("```", StringComparison.Ordinal) && line.Length > 3).Select(line => line[3..]).Where(language => language != "sh");
        var run = typeof(ReceiversTests).GetMethod(nameof(A_receiver_of_the_page_accepts_what_Herald_sends_and_nothing_else))!
            .GetCustomAttributes(typeof(InlineDataAttribute), false).Cast<InlineDataAttribute>().Select(data => (string)data.Data[0]!);
        Assert.Equal(shown, run);
    }

    private static async Task SubscribeAsync(HeraldClient client, string id, Uri endpoint, string secret)
    {
        var made = await client.Subscriptions.PutAsync(
            id, new SubscriptionDefinition { Topic = Topic, Endpoint = endpoint.ToString(), Secret = secret }, cancel: Cancel);
        Assert.True(made.Succeeded, made.Text);
    }

    /// <summary>Publishes an event, and waits until the receiver has accepted it at the first attempt.</summary>
    private static async Task PublishAsync(HeraldClient client, string id, DocumentedReceiver receiver)
    {
        var published = await client.Events.PublishAsync(Topic, new NewEvent { Id = id, Key = "k", Payload = Payload }, Cancel);
        Assert.True(published.Succeeded, published.Text);
        Attempt[] attempts = [];
        await Wait.UntilAsync(
            () => (attempts = OfDirect(client.Events.GetAsync(Topic, id, "k", Cancel).GetAwaiter().GetResult())).Length > 0, Patience,
            () => $"There was no attempt.\n{receiver.Output}", Cancel);
        Assert.True(
            attempts is [{ Outcome: "delivered", StatusCode: 204 }], $"{string.Join<Attempt>('\n', attempts)}\n{receiver.Output}");
    }

    private static Attempt[] OfDirect(Reply<EventStory> story) =>
        [.. (story.Value?.Attempts ?? []).Where(attempt => attempt.Subscription == Direct)];

    private static async Task<CopiedWebhook> NextAsync(ConcurrentQueue<CopiedWebhook> copies)
    {
        CopiedWebhook? copy = null;
        await Wait.UntilAsync(() => copies.TryDequeue(out copy), Patience, () => "No copy arrived.", Cancel);
        return copy!;
    }
}
