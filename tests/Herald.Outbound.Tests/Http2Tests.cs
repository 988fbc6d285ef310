using System.Net.Security;
using Herald.Engine.Channels;
using Herald.TestKit.Network;
using Herald.TestKit.Receivers;
using Microsoft.AspNetCore.Http;

namespace Herald.Outbound.Tests;

public sealed class Http2Tests : OutboundTest
{
    private static readonly byte[] Large = new byte[8 * 1024 * 1024];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HTTP_2_is_spoken_where_TLS_offers_it(bool isNeeded)
    {
        await using var receiver = await Http2Receiver.StartAsync(Certificate);

        var sent = await Sender(Trusting).SendAsync(
            target => isNeeded ? PostHttp2(target) : Post(target), receiver.Endpoint, Rules, TestEnd);

        Assert.Equal(200, sent.Answer.Status);
        var request = await receiver.Received.ReadAsync(TestEnd);
        Assert.Equal("HTTP/2", request.Protocol);
        Assert.Equal(Payload, request.Body);
    }

    [Fact]
    public async Task HTTP_1_1_is_spoken_where_TLS_does_not_offer_HTTP_2()
    {
        await using var receiver = new ScriptedReceiver(tls: new() { ServerCertificate = Certificate });

        Assert.Equal(200, (await SendAsync(Sender(Trusting), receiver.Endpoint)).Answer.Status);
        Assert.Equal("HTTP/1.1", (await receiver.NextAsync(TestEnd)).Protocol);
    }

    /// <summary>A server that only knows other protocols breaks off the handshake. One that knows no negotiation ends it.</summary>
    [Theory]
    [InlineData(true, "TLS failed: ")]
    [InlineData(false, "does not offer HTTP/2")]
    public async Task Where_HTTP_2_is_needed_and_not_offered_the_failure_says_so(bool negotiates, string reason)
    {
        var tls = new SslServerAuthenticationOptions { ServerCertificate = Certificate };
        if (negotiates)
            tls.ApplicationProtocols = [SslApplicationProtocol.Http11];
        await using var receiver = new ScriptedReceiver(tls: tls);

        var result = (await Sender(Trusting).SendAsync(PostHttp2, receiver.Endpoint, Rules, TestEnd)).Failure!;

        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Secure), (result.Outcome, result.Stage));
        Assert.Contains(reason, result.Reason, StringComparison.Ordinal);
        Assert.False(receiver.Received.TryRead(out _));
    }

    [Fact]
    public async Task A_silent_connection_that_needs_HTTP_2_is_pinged()
    {
        // The HTTP handler measures the wait with the system's clock. One second is its least.
        await using var server = new PingServer(Certificate);
        var sender = Sender(Trusting with { IdlePingDelay = TimeSpan.FromSeconds(1) });
        var sending = sender.SendAsync(PostHttp2, server.Endpoint, Rules, TestEnd).AsTask();

        await server.Pinged.WaitAsync(TestEnd);

        Clock.Advance(Rules.Timeout);
        Assert.Equal(AttemptStage.Wait, (await sending).Failure?.Stage);
    }

    /// <summary>All requests share the connection, and a request that times out ends only its part of it.</summary>
    [Fact]
    public async Task A_connection_that_no_longer_works_is_noticed_while_a_request_waits_and_the_next_one_gets_another()
    {
        await using var receiver = await Http2Receiver.StartAsync(Certificate);
        await using var line = FaultProxy.To(receiver.Endpoint.Port);
        var target = new Uri($"https://127.0.0.1:{line.Port}/hook");
        var sender = Sender(Trusting with { PingDelay = TimeSpan.FromSeconds(1), PingTimeout = TimeSpan.FromSeconds(1) });
        Assert.Equal(200, (await SendAsync(sender, target)).Answer.Status);

        line.BlackHole();
        var lost = await SendAsync(sender, target);

        // The clock of the time-out stands still, so the ping has ended it.
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Wait), (lost.Failure!.Outcome, lost.Failure.Stage));
        line.Heal();
        Assert.Equal(200, (await SendAsync(sender, target)).Answer.Status);
    }

    [Fact]
    public async Task An_answer_before_the_payload_is_read_ends_the_call_and_lets_the_payload_go()
    {
        await using var receiver = await Http2Receiver.StartAsync(Certificate, context =>
        {
            context.Response.StatusCode = 413;
            return context.Response.WriteAsync("too large");
        });
        OutboundRequest? request = null;

        var sent = await Sender(Trusting).SendAsync(
            target => request = new OutboundRequest(HttpMethod.Post, target, Large), receiver.Endpoint, Rules, TestEnd);

        Assert.Equal(413, sent.Answer.Status);
        Assert.True(request!.Sending.IsCompleted);
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

        var sending = Sender(Trusting).SendAsync(
            target => new OutboundRequest(HttpMethod.Post, target, Large), receiver.Endpoint, Rules, TestEnd);
        await began.Task.WaitAsync(TestEnd);
        Clock.Advance(Rules.Timeout);

        var result = (await sending).Failure!;
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

        var result = (await SendAsync(Sender(Trusting), receiver.Endpoint)).Failure!;

        Assert.Equal(AttemptOutcome.Failed, result.Outcome);
        Assert.True(result.EndpointTroubled);
        Assert.StartsWith($"127.0.0.1:{receiver.Endpoint.Port}", result.Reason, StringComparison.Ordinal);
    }

    private static OutboundRequest PostHttp2(Uri target) => new(HttpMethod.Post, target, Payload) { NeedsHttp2 = true };
}
