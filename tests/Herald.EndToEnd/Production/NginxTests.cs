using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Herald.Lab.Processes;
using Herald.Lab.Receivers;
using Xunit;

namespace Herald.EndToEnd.Production;

/// <summary>The nginx of docs/production.md before a Herald with the settings of that page.</summary>
public sealed class NginxTests
{
    private const int Mebi = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_published_through_it_is_delivered_and_nobody_gets_in_without_the_token()
    {
        await using var herald = await ProxiedHerald.StartAsync(Cancel);
        var received = new ConcurrentQueue<string>();
        await using var receiver = await WebhookReceiver.StartAsync(
            "hook", null, new Conduct.Healthy(), webhook => received.Enqueue(Encoding.UTF8.GetString(webhook.Body.Span)), TimeProvider.System,
            new Random(1), Cancel);

        await AssertAsync(herald, HttpStatusCode.OK, HttpMethod.Get, "/healthz", null, null);
        foreach (var wrong in (string?[])[null, "another-token-of-a-test-0123456789"])
        {
            var refused = await AssertAsync(herald, HttpStatusCode.Unauthorized, HttpMethod.Put, "/v1/topics/orders", null, wrong);
            Assert.Contains("\"code\": \"unauthorized\"", refused.Replace("\":\"", "\": \"", StringComparison.Ordinal), StringComparison.Ordinal);
            await AssertAsync(herald, HttpStatusCode.Unauthorized, HttpMethod.Post, "/v1/topics/orders/events", """{"payload": 1}""", wrong);
            await AssertAsync(herald, HttpStatusCode.Unauthorized, HttpMethod.Get, "/v1/topics/orders/tail", null, wrong);
        }

        await AssertAsync(herald, HttpStatusCode.Created, HttpMethod.Put, "/v1/topics/orders", null, ProxiedHerald.Token);
        await AssertAsync(
            herald, HttpStatusCode.Created, HttpMethod.Put, "/v1/subscriptions/billing", $$"""{"topic": "orders", "endpoint": "{{receiver.Endpoint}}"}""",
            ProxiedHerald.Token);
        await AssertAsync(herald, HttpStatusCode.Accepted, HttpMethod.Post, "/v1/topics/orders/events", """{"key": "k", "payload": {"amount": 30}}""", ProxiedHerald.Token);
        await Wait.UntilAsync(() => !received.IsEmpty, Patience, () => $"Nothing was delivered.\n{herald.Output}", Cancel);
        Assert.Equal(["{\"amount\": 30}"], received);
    }

    [Fact]
    public async Task A_Herald_without_a_token_refuses_what_nginx_forwards_and_says_so()
    {
        var data = Directory.CreateTempSubdirectory("herald-test-");
        try
        {
            await using var server = await ServerProcess.StartAsync(["--data", data.FullName, "--listen", "127.0.0.1:0"], TimeProvider.System, Cancel);
            await using var nginx = await Nginx.StartAsync(server.Address, Cancel);
            using var http = nginx.CreateClient();
            using var answer = await http.GetAsync("/v1/topics", Cancel);
            Assert.Contains("forwarded-request", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            await Wait.UntilAsync(
                () => server.LastOutput.Contains("Set requireToken", StringComparison.Ordinal), Patience, () => server.LastOutput, Cancel);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("application/x-ndjson")]
    [InlineData("text/event-stream")]
    public async Task A_tail_comes_at_once_and_not_in_buffers(string accept)
    {
        await using var herald = await ProxiedHerald.StartAsync(Cancel);
        await AssertAsync(herald, HttpStatusCode.Created, HttpMethod.Put, "/v1/topics/orders", null, ProxiedHerald.Token);

        // The headers come before there is an event.
        using var tail = await herald.SendAsync(HttpMethod.Get, "/v1/topics/orders/tail", null, ProxiedHerald.Token, Cancel, accept)
            .WaitAsync(Patience, TimeProvider.System, Cancel);
        Assert.Equal(HttpStatusCode.OK, tail.StatusCode);
        Assert.Equal(accept, tail.Content.Headers.ContentType!.MediaType);

        // Each small event comes before the next one is published. A buffer would wait for more.
        using var reader = new StreamReader(await tail.Content.ReadAsStreamAsync(Cancel));
        for (var number = 0; number < 3; number++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"event-{number}");
            await AssertAsync(herald, HttpStatusCode.Accepted, HttpMethod.Post, "/v1/topics/orders/events", $$"""{"id": "{{id}}", "payload": 1}""", ProxiedHerald.Token);
            string? line;
            do
                line = await reader.ReadLineAsync(Cancel).AsTask().WaitAsync(Patience, TimeProvider.System, Cancel);
            while (line is "");
            Assert.Contains($"\"id\":\"{id}\"", line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_body_of_16_MiB_passes_and_only_a_larger_one_is_refused_by_nginx()
    {
        await using var herald = await ProxiedHerald.StartAsync(Cancel);
        await AssertAsync(herald, HttpStatusCode.Created, HttpMethod.Put, "/v1/topics/orders", null, ProxiedHerald.Token);

        await AssertAsync(herald, HttpStatusCode.Accepted, HttpMethod.Post, "/v1/topics/orders/events", Batch(15 * Mebi), ProxiedHerald.Token);
        await AssertAsync(herald, HttpStatusCode.Accepted, HttpMethod.Post, "/v1/topics/orders/events", Batch(16 * Mebi), ProxiedHerald.Token);
        var refused = await AssertAsync(
            herald, HttpStatusCode.RequestEntityTooLarge, HttpMethod.Post, "/v1/topics/orders/events", Batch((16 * Mebi) + 1), ProxiedHerald.Token);
        Assert.Contains("<html>", refused, StringComparison.Ordinal);

        // What breaks a rule of Herald gets Herald's own answer.
        var tooLarge = await AssertAsync(
            herald, HttpStatusCode.RequestEntityTooLarge, HttpMethod.Post, "/v1/topics/orders/events",
            $$"""{"payload": "{{new string('x', Mebi)}}"}""", ProxiedHerald.Token);
        using var problem = JsonDocument.Parse(tooLarge);
        Assert.Equal("payload-too-large", problem.RootElement.GetProperty("code").GetString());
    }

    /// <summary>A batch of this length, of events of less than 1 MiB.</summary>
    private static string Batch(int length)
    {
        const int Events = 20;
        var one = $$"""{"payload": "{{new string('x', (length / Events) - 100)}}"}""";
        var batch = $"[{string.Join(",", Enumerable.Repeat(one, Events))}]";
        return batch + new string(' ', length - batch.Length);
    }

    /// <returns>The body of the answer.</returns>
    private static async Task<string> AssertAsync(
        ProxiedHerald herald, HttpStatusCode status, HttpMethod method, string path, string? body, string? token)
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await herald.SendAsync(method, path, content, token, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(status == answer.StatusCode, $"{method} {path} answered {(int)answer.StatusCode}: {text}\n{herald.Output}");
        return text;
    }
}
