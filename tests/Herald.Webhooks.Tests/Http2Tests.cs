using System.Security.Cryptography.X509Certificates;
using Herald.Engine.Channels;
using Herald.TestKit.Receivers;
using Microsoft.AspNetCore.Http;

namespace Herald.Webhooks.Tests;

public sealed class Http2Tests : WebhookTest
{
    private static readonly X509Certificate2 Certificate = TestCertificate.Create();
    private static readonly WebhookOptions Trusting = Local with { AcceptCertificate = (_, shown, _, _) => Certificate.Equals(shown) };

    [Fact]
    public async Task HTTP_2_is_spoken_where_TLS_offers_it()
    {
        await using var receiver = await Http2Receiver.StartAsync(Certificate);

        var result = await TryAsync(Sketch with { Endpoint = receiver.Endpoint, Key = "a b" }, Trusting);

        Assert.Equal(AttemptOutcome.Delivered, result.Outcome);
        var request = await receiver.Received.ReadAsync(TestEnd);
        Assert.Equal("HTTP/2", request.Protocol);
        Assert.Equal("a%20b", request.Header("herald-key"));
        Assert.Equal(Sketch.Payload, request.Body);
    }

    [Fact]
    public async Task HTTP_1_1_is_spoken_where_TLS_does_not_offer_HTTP_2()
    {
        await using var receiver = new ScriptedReceiver(tls: new() { ServerCertificate = Certificate });

        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(Sketch with { Endpoint = receiver.Endpoint }, Trusting)).Outcome);
        Assert.Equal("HTTP/1.1", (await receiver.NextAsync(TestEnd)).Protocol);
    }

    [Fact]
    public async Task An_answer_before_the_payload_is_read_ends_the_attempt_and_lets_the_payload_go()
    {
        await using var receiver = await Http2Receiver.StartAsync(Certificate, context =>
        {
            context.Response.StatusCode = 413;
            return context.Response.WriteAsync("too large");
        });

        var result = await TryAsync(Sketch with { Endpoint = receiver.Endpoint, Payload = new byte[8 * 1024 * 1024] }, Trusting);

        Assert.Equal(AttemptOutcome.Failed, result.Outcome);
        Assert.Equal(413, result.StatusCode);
    }

    [Fact]
    public async Task A_receiver_that_does_not_take_the_payload_times_out()
    {
        var began = new TaskCompletionSource();
        await using var receiver = await Http2Receiver.StartAsync(Certificate, async context =>
        {
            began.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });

        var attempt = TryAsync(Sketch with { Endpoint = receiver.Endpoint, Payload = new byte[8 * 1024 * 1024] }, Trusting);
        await began.Task.WaitAsync(TestEnd);
        Clock.Advance(TimeSpan.FromSeconds(15));

        var result = await attempt;
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Send), (result.Outcome, result.Stage));
        Assert.EndsWith("did not receive the whole request within 15s", result.Reason, StringComparison.Ordinal);
        Assert.True(result.EndpointTroubled);
    }

    [Fact]
    public async Task A_stream_that_is_reset_is_a_result()
    {
        await using var receiver = await Http2Receiver.StartAsync(Certificate, context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });

        var result = await TryAsync(Sketch with { Endpoint = receiver.Endpoint }, Trusting);

        Assert.Equal(AttemptOutcome.Failed, result.Outcome);
        Assert.True(result.EndpointTroubled);
        Assert.StartsWith($"127.0.0.1:{receiver.Endpoint.Port}", result.Reason, StringComparison.Ordinal);
    }
}
