using Herald.Engine.Channels;
using Herald.Engine.Subscriptions;

namespace Herald.Webhooks.Tests;

public sealed class HeaderTests : WebhookTest
{
    private static readonly byte[] Secret = new byte[32];

    [Fact]
    public async Task A_webhook_says_what_it_is()
    {
        var request = await DeliverAsync(Sketch with
        {
            Type = "order.paid",
            Sequence = 4711,
            Number = 3,
            MessageId = "msg_abc",
            Secrets = new Secrets(Secret, default, null),
        });

        Assert.Equal("POST", request.Method);
        Assert.Equal("/hook", request.Target);
        Assert.Equal("msg_abc", request.Header("webhook-id"));
        var timestamp = Clock.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(timestamp, request.Header("webhook-timestamp"));
        var signature = WebhookSignature.Of(new Secrets(Secret, default, null), "msg_abc", timestamp, request.Body, Clock.GetUtcNow());
        Assert.Equal(signature, request.Header("webhook-signature"));
        Assert.Equal("orders", request.Header("herald-topic"));
        Assert.Equal("event-1", request.Header("herald-event-id"));
        Assert.Equal("key-1", request.Header("herald-key"));
        Assert.Equal("order.paid", request.Header("herald-event-type"));
        Assert.Equal("4711", request.Header("herald-sequence"));
        Assert.Equal("3", request.Header("herald-attempt"));
        Assert.Equal("application/json", request.Header("content-type"));
        Assert.Matches("^Herald/[0-9]+\\.[0-9]+\\.[0-9]+$", request.Header("user-agent"));
        Assert.Equal($"127.0.0.1:{Receiver.Port}", request.Header("host"));
    }

    [Fact]
    public async Task What_an_event_does_not_have_is_not_sent()
    {
        using var activity = new System.Diagnostics.Activity("traced").Start();
        var request = await DeliverAsync(Sketch with { Key = null, Type = "", Trace = "", ContentType = "" });

        foreach (var name in (string[])["herald-key", "herald-event-type", "herald-redelivery", "traceparent", "tracestate", "baggage",
            "request-id", "webhook-signature", "content-type", "cookie", "accept-encoding", "expect"])
            Assert.Null(request.Header(name));
    }

    [Fact]
    public async Task An_empty_key_is_a_key()
    {
        Assert.Equal("", (await DeliverAsync(Sketch with { Key = "" })).Header("herald-key"));
    }

    [Theory]
    [InlineData("a b", "a%20b")]
    [InlineData("ключ", "%D0%BA%D0%BB%D1%8E%D1%87")]
    [InlineData("50%", "50%25")]
    [InlineData("a+b&c=d/e", "a%2Bb%26c%3Dd%2Fe")]
    [InlineData("x\r\nwebhook-id: forged", "x%0D%0Awebhook-id%3A%20forged")]
    [InlineData("plain-._~09AZ", "plain-._~09AZ")]
    public async Task Values_are_percent_encoded(string value, string encoded)
    {
        var request = await DeliverAsync(Sketch with { Key = value, Id = value, Topic = value, Type = value });

        foreach (var name in (string[])["herald-key", "herald-event-id", "herald-topic", "herald-event-type"])
        {
            Assert.Equal(encoded, request.Header(name));
            Assert.Equal(value, Uri.UnescapeDataString(request.Header(name)!));
        }
    }

    [Theory]
    [InlineData(Redelivery.Redrive, "redrive")]
    [InlineData(Redelivery.Replay, "replay")]
    public async Task A_redelivery_says_so(Redelivery redelivery, string said)
    {
        Assert.Equal(said, (await DeliverAsync(Sketch with { Redelivery = redelivery })).Header("herald-redelivery"));
    }

    [Fact]
    public async Task The_publishers_trace_is_passed_on_and_a_broken_one_is_not()
    {
        const string Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        Assert.Equal(Trace, (await DeliverAsync(Sketch with { Trace = Trace })).Header("traceparent"));
        Assert.Null((await DeliverAsync(Sketch with { Trace = Trace[..54] + "\n" })).Header("traceparent"));
    }

    [Fact]
    public async Task A_content_type_is_sent_as_published()
    {
        const string Type = "text/plain; charset=\"utf-8\"";
        Assert.Equal(Type, (await DeliverAsync(Sketch with { ContentType = Type })).Header("content-type"));
    }

    [Fact]
    public async Task A_content_type_that_no_header_can_carry_is_rejected()
    {
        var result = await TryAsync(Sketch with { ContentType = "text/plain\r\nx: y" });

        Assert.Equal((AttemptOutcome.Rejected, AttemptStage.Guard), (result.Outcome, result.Stage));
        Assert.Contains("content type", result.Reason, StringComparison.Ordinal);
        Assert.Equal(0, Receiver.AcceptedConnections);
    }

    [Fact]
    public async Task The_timestamp_is_the_attempts_own()
    {
        var channel = Channel();
        await channel.TryAsync(Sketch.ToAttempt(), TestEnd);
        Clock.Advance(TimeSpan.FromSeconds(90));
        await channel.TryAsync((Sketch with { Number = 2 }).ToAttempt(), TestEnd);

        var first = long.Parse((await Receiver.NextAsync(TestEnd)).Header("webhook-timestamp")!, System.Globalization.CultureInfo.InvariantCulture);
        var second = long.Parse((await Receiver.NextAsync(TestEnd)).Header("webhook-timestamp")!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(90, second - first);
    }
}
