using System.Globalization;
using System.Text;
using Herald.Engine.Channels;
using Herald.TestKit.Receivers;

namespace Herald.Webhooks.Tests;

public sealed class ResultTests : WebhookTest
{
    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    [InlineData(202)]
    [InlineData(204)]
    [InlineData(299)]
    public async Task Every_2xx_is_delivered(int status)
    {
        Receiver.Script(new Reply.Status(status));

        var result = await TryAsync();

        Assert.Equal((AttemptOutcome.Delivered, AttemptStage.Response, status), (result.Outcome, result.Stage, result.StatusCode));
        Assert.Empty(result.Reason);
    }

    [Theory]
    [InlineData(400, false)]
    [InlineData(401, false)]
    [InlineData(404, false)]
    [InlineData(407, false)]
    [InlineData(429, true)]
    [InlineData(500, false)]
    [InlineData(502, false)]
    [InlineData(503, true)]
    public async Task Other_statuses_have_failed(int status, bool troubled)
    {
        Receiver.Script(new Reply.Status(status, "why not"));

        var result = await TryAsync();

        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Response, status), (result.Outcome, result.Stage, result.StatusCode));
        Assert.Equal($"127.0.0.1:{Receiver.Port} answered {status}", result.Reason);
        Assert.Equal(troubled, result.EndpointTroubled);
        Assert.Equal("why not", result.Answer);
        Assert.Null(result.RetryAfter);
    }

    [Fact]
    public async Task A_410_means_the_endpoint_is_gone()
    {
        Receiver.Script(new Reply.Status(410));
        Assert.Equal(AttemptOutcome.EndpointGone, (await TryAsync()).Outcome);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirects_are_not_followed(int status)
    {
        await using var other = new ScriptedReceiver();
        Receiver.Script(new Reply.Status(status, "", ("Location", other.Endpoint.ToString())));

        var result = await TryAsync();

        Assert.Equal(AttemptOutcome.Failed, result.Outcome);
        Assert.EndsWith("redirects are not followed", result.Reason, StringComparison.Ordinal);
        Assert.Equal(0, other.AcceptedConnections);
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("1", 1)]
    [InlineData("3601", 3600)]
    [InlineData("99999999999999999999", 3600)]
    [InlineData("0", null)]
    [InlineData("-5", null)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    public async Task Retry_after_in_seconds_is_obeyed_within_bounds(string value, int? seconds)
    {
        Receiver.Script(new Reply.Status(503, "", ("Retry-After", value)));
        Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : null, (await TryAsync()).RetryAfter);
    }

    [Theory]
    [InlineData(90, 90)]
    [InlineData(100_000, 3600)]
    [InlineData(-90, null)]
    public async Task Retry_after_as_a_date_is_obeyed_within_bounds(int secondsFromNow, int? seconds)
    {
        var date = Clock.GetUtcNow().AddSeconds(secondsFromNow).ToString("r", CultureInfo.InvariantCulture);
        Receiver.Script(new Reply.Status(429, "", ("Retry-After", date)));
        Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : null, (await TryAsync()).RetryAfter);
    }

    [Fact]
    public async Task The_beginning_of_a_huge_answer_is_kept_and_the_connection_given_up()
    {
        Receiver.Script(new Reply.Huge(1L << 40, Code: 500), Reply.Ok);
        var channel = Channel();

        var result = await channel.TryAsync(Sketch.ToAttempt(), TestEnd);
        Assert.Equal(new string('h', 4096), result.Answer);
        await channel.TryAsync(Sketch.ToAttempt(), TestEnd);

        await Receiver.NextAsync(TestEnd);
        Assert.Equal(2, (await Receiver.NextAsync(TestEnd)).Connection);
    }

    [Fact]
    public async Task Answers_of_a_tolerable_size_leave_the_connection_usable()
    {
        Receiver.Script(new Reply.Status(200, new string('x', 3000)));
        var channel = Channel();
        for (var n = 0; n < 5; n++)
        {
            Assert.Equal(3000, (await channel.TryAsync(Sketch.ToAttempt(), TestEnd)).Answer.Length);
            Assert.Equal(1, (await Receiver.NextAsync(TestEnd)).Connection);
        }
    }

    [Fact]
    public async Task An_answer_is_text_whatever_bytes_it_was()
    {
        Receiver.Script(new Reply.Raw([.. "HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\n"u8, (byte)'a', 0, 0xFF, (byte)'b']));
        Assert.Equal("a\uFFFD\uFFFDb", (await TryAsync()).Answer);
    }

    [Fact]
    public async Task An_answer_is_not_decompressed()
    {
        Receiver.Script(new Reply.Status(500, "not gzip at all", ("Content-Encoding", "gzip")));
        Assert.Equal("not gzip at all", (await TryAsync()).Answer);
    }

    [Fact]
    public async Task Cookies_are_not_kept()
    {
        Receiver.Script(new Reply.Status(200, "", ("Set-Cookie", "a=b")));
        var channel = Channel();
        await channel.TryAsync(Sketch.ToAttempt(), TestEnd);
        await channel.TryAsync(Sketch.ToAttempt(), TestEnd);
        await Receiver.NextAsync(TestEnd);
        Assert.Null((await Receiver.NextAsync(TestEnd)).Header("cookie"));
    }

    [Fact]
    public async Task A_status_counts_even_when_its_answer_breaks_off()
    {
        Receiver.Script(new Reply.Raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbroken"));

        var result = await TryAsync();

        Assert.Equal((AttemptOutcome.Delivered, "broken"), (result.Outcome, result.Answer));
    }

    [Fact]
    public async Task A_refused_connection_says_where()
    {
        using var port = new RefusingPort();

        var result = await TryAsync(Sketch with { Endpoint = port.Endpoint });

        AssertFailed(result, AttemptStage.Connect, $"127.0.0.1:{port.Port}: connection refused");
    }

    [Fact]
    public async Task A_reset_says_so()
    {
        Receiver.Script(new Reply.Reset());
        AssertFailed(await TryAsync(), AttemptStage.Wait, $"127.0.0.1:{Receiver.Port}: connection reset");
    }

    [Fact]
    public async Task A_connection_closed_without_an_answer_says_so()
    {
        Receiver.Script(new Reply.Close());
        AssertFailed(await TryAsync(), AttemptStage.Wait, $"127.0.0.1:{Receiver.Port} closed the connection before it answered");
    }

    [Fact]
    public async Task Something_that_is_not_HTTP_says_so()
    {
        Receiver.Script(new Reply.Raw("220 mail.example.com ESMTP\r\n\r\n"));
        AssertFailed(await TryAsync(), AttemptStage.Response, $"127.0.0.1:{Receiver.Port} did not answer in HTTP");
    }

    [Fact]
    public async Task Endless_headers_are_cut_off()
    {
        Receiver.Script(new Reply.Raw("HTTP/1.1 200 OK\r\nx: " + new string('x', 100_000) + "\r\n\r\n"));
        var result = await TryAsync();
        Assert.Equal(AttemptOutcome.Failed, result.Outcome);
        Assert.Contains("headers", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_out_covers_headers_that_trickle_in()
    {
        var release = new SemaphoreSlim(5);
        Receiver.Script(new Reply.Drip("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), release));

        var attempt = Channel().TryAsync((Sketch with { Timeout = TimeSpan.FromMilliseconds(1500) }).ToAttempt(), TestEnd).AsTask();
        await Receiver.NextAsync(TestEnd);
        Clock.Advance(TimeSpan.FromMilliseconds(1500));

        AssertFailed(await attempt, AttemptStage.Wait, $"no response from 127.0.0.1:{Receiver.Port} within 1.5s");
    }

    [Fact]
    public async Task A_slow_answer_within_the_time_out_is_read_whole()
    {
        var release = new SemaphoreSlim(0);
        var answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        Receiver.Script(new Reply.Drip(answer, release));

        var attempt = Channel().TryAsync(Sketch.ToAttempt(), TestEnd).AsTask();
        await Receiver.NextAsync(TestEnd);
        for (var n = 0; n < answer.Length; n++)
            release.Release();

        Assert.Equal("ok", (await attempt).Answer);
    }

    [Fact]
    public async Task A_time_out_within_the_TLS_handshake_says_so()
    {
        await using var silent = new ScriptedReceiver(hangBeforeTls: true);

        var attempt = TryAsync(Sketch with { Endpoint = silent.Endpoint });
        await silent.AcceptedAsync(TestEnd);
        Clock.Advance(TimeSpan.FromSeconds(15));

        var result = await attempt;
        Assert.Equal(AttemptOutcome.Failed, result.Outcome);
        Assert.True(result.Stage is AttemptStage.Secure or AttemptStage.Connect, $"{result.Stage}: the receiver may see the connection before the dialler does");
        Assert.True(result.EndpointTroubled);
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_is_a_TLS_failure()
    {
        using var certificate = TestCertificate.Create();
        await using var secure = new ScriptedReceiver(tls: new() { ServerCertificate = certificate });

        var result = await TryAsync(Sketch with { Endpoint = secure.Endpoint });

        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Secure), (result.Outcome, result.Stage));
        Assert.StartsWith($"127.0.0.1:{secure.Port}: TLS failed: ", result.Reason, StringComparison.Ordinal);
        Assert.True(result.EndpointTroubled);
    }

    [Fact]
    public async Task Connections_are_used_again()
    {
        var channel = Channel();
        for (var n = 0; n < 20; n++)
        {
            await channel.TryAsync(Sketch.ToAttempt(), TestEnd);
            Assert.Equal(1, (await Receiver.NextAsync(TestEnd)).Connection);
        }
    }

    [Fact]
    public async Task Without_a_running_clock_of_tests_time_outs_are_used_again()
    {
        var channel = Channel(time: TimeProvider.System);
        for (var n = 0; n < 50; n++)
            Assert.Equal(AttemptOutcome.Delivered, (await channel.TryAsync(Sketch.ToAttempt(), TestEnd)).Outcome);
        Receiver.Script(new Reply.Hang());
        var result = await channel.TryAsync((Sketch with { Timeout = TimeSpan.FromMilliseconds(100) }).ToAttempt(), TestEnd);
        AssertFailed(result, AttemptStage.Wait, $"no response from 127.0.0.1:{Receiver.Port} within 100ms");
        Receiver.Script(Reply.Ok);
        Assert.Equal(AttemptOutcome.Delivered, (await channel.TryAsync(Sketch.ToAttempt(), TestEnd)).Outcome);
    }

    private static void AssertFailed(AttemptResult result, AttemptStage stage, string reason)
    {
        Assert.Equal((AttemptOutcome.Failed, stage, reason), (result.Outcome, result.Stage, result.Reason));
        Assert.True(result.EndpointTroubled);
    }
}
