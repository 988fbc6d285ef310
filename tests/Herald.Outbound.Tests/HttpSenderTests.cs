using System.IO.Pipelines;
using Herald.Engine.Channels;
using Herald.TestKit.Receivers;
using Herald.TestKit.Time;

namespace Herald.Outbound.Tests;

/// <summary>What callers get from a request, whatever the endpoint does.</summary>
public sealed class HttpSenderTests : OutboundTest
{
    private static readonly SendRules Once = Rules with { IsSentOnce = true };

    [Fact]
    public async Task An_answer_has_status_headers_and_body()
    {
        Receiver.Script(new Reply.Status(429, "slowly", ("Retry-After", "7"), ("x-quota", "0")));

        var answer = (await SendAsync()).Answer;

        Assert.Equal((429, "slowly", true, false), (answer.Status, answer.Body, answer.IsWhole, answer.IsSuccess));
        Assert.Equal("0", Assert.Single(answer.Headers.GetValues("x-quota")));
        Assert.Equal(TimeSpan.FromSeconds(7), answer.RetryAfter);
    }

    [Fact]
    public async Task A_failure_has_no_answer()
    {
        Receiver.Script(new Reply.Close());

        var sent = await SendAsync();

        Assert.Equal(AttemptOutcome.Failed, sent.Failure?.Outcome);
        var thrown = Assert.Throws<InvalidOperationException>(() => sent.Answer);
        Assert.Contains(sent.Failure!.Reason, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_is_created_again_for_a_resend()
    {
        Receiver.Script(Reply.Ok, new Reply.Close(), Reply.Ok);
        var (sender, created) = (Sender(), 0);
        await SendAsync(sender);
        await Receiver.NextAsync(TestEnd);

        var sent = await sender.SendAsync(
            target =>
            {
                var request = Post(target);
                request.Headers.Add("x-number", $"{++created}");
                return request;
            },
            Receiver.Endpoint, Rules, TestEnd);

        Assert.Equal(200, sent.Answer.Status);
        Assert.Equal("1", (await Receiver.NextAsync(TestEnd)).Header("x-number"));
        Assert.Equal("2", (await Receiver.NextAsync(TestEnd)).Header("x-number"));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(0)]
    public async Task A_request_that_may_go_out_only_once_is_not_sent_again(int length)
    {
        Receiver.Script(Reply.Ok, new Reply.Close(), Reply.Ok);
        var sender = Sender();
        await SendAsync(sender);
        await Receiver.NextAsync(TestEnd);

        var sent = await sender.SendAsync(
            target => new OutboundRequest(HttpMethod.Post, target, new byte[length]), Receiver.Endpoint, Once, TestEnd);

        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Wait), (sent.Failure!.Outcome, sent.Failure.Stage));
        await Receiver.NextAsync(TestEnd);
        Assert.Equal(1, Receiver.AcceptedConnections);
    }

    [Fact]
    public async Task A_request_that_may_go_out_only_once_gets_a_new_connection_while_nothing_of_it_was_sent()
    {
        Receiver.Script(new Reply.Old(200));
        var sender = Sender();
        for (var n = 1; n <= 3; n++)
        {
            Assert.Equal(200, (await SendAsync(sender, rules: Once)).Answer.Status);
            Assert.Equal(n, (await Receiver.NextAsync(TestEnd)).Connection);
        }
        Assert.False(Receiver.Received.TryRead(out _));
    }

    [Theory]
    [InlineData(9, 10, true)]
    [InlineData(10, 10, true)]
    [InlineData(11, 10, false)]
    public async Task No_more_of_a_body_is_kept_than_the_caller_wants(int length, int most, bool isWhole)
    {
        Receiver.Script(new Reply.Status(200, new string('x', length)));

        var answer = (await SendAsync(rules: Rules with { MaxAnswerBytes = most })).Answer;

        Assert.Equal((Math.Min(length, most), isWhole), (answer.Body.Length, answer.IsWhole));
    }

    [Fact]
    public async Task An_endless_body_is_cut_and_its_connection_given_up()
    {
        Receiver.Script(new Reply.Huge(1L << 40), Reply.Ok);
        var sender = Sender();

        var answer = (await SendAsync(sender, rules: Rules with { MaxAnswerBytes = 100_000 })).Answer;

        Assert.Equal((100_000, false), (answer.Body.Length, answer.IsWhole));
        await SendAsync(sender);
        await Receiver.NextAsync(TestEnd);
        Assert.Equal(2, (await Receiver.NextAsync(TestEnd)).Connection);
    }

    [Fact]
    public async Task Half_an_answer_is_an_answer_that_is_not_whole()
    {
        Receiver.Script(new Reply.Raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":"));

        var answer = (await SendAsync()).Answer;

        Assert.Equal((200, "{\"id\":", false), (answer.Status, answer.Body, answer.IsWhole));
    }

    [Fact]
    public async Task Huge_headers_are_a_failure()
    {
        Receiver.Script(new Reply.Raw("HTTP/1.1 200 OK\r\nx: " + new string('x', 100_000) + "\r\n\r\n"));

        var result = (await SendAsync()).Failure!;

        Assert.Equal(AttemptOutcome.Failed, result.Outcome);
        Assert.StartsWith($"127.0.0.1:{Receiver.Port}", result.Reason, StringComparison.Ordinal);
        Assert.Contains("headers", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_time_out_ends_headers_that_trickle_in()
    {
        Receiver.Script(new Reply.Drip([.. "HTTP/1.1 200 OK\r\n\r\n"u8], new SemaphoreSlim(5)));

        var sending = SendAsync();
        await Receiver.NextAsync(TestEnd);
        Clock.Advance(Rules.Timeout);

        var result = (await sending).Failure!;
        Assert.Equal((AttemptStage.Wait, $"no response from 127.0.0.1:{Receiver.Port} within 15s"), (result.Stage, result.Reason));
    }

    [Fact]
    public async Task A_body_that_decides_nothing_costs_two_seconds_and_its_answer_counts()
    {
        Receiver.Script(new Reply.Raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun", closeAfter: false));
        var began = Clock.GetUtcNow();

        var sending = SendAsync();
        // The head has arrived when the time-out is replaced by the patience for the body.
        await Until.HoldsAsync(() => Clock.NextDue == began + SendRules.BodyPatience, "the head has arrived");
        Clock.Advance(SendRules.BodyPatience);

        var answer = (await sending).Answer;
        Assert.Equal((200, "begun", false), (answer.Status, answer.Body, answer.IsWhole));
        Assert.Equal(SendRules.BodyPatience, answer.Duration);
    }

    [Fact]
    public async Task A_body_that_decides_gets_all_the_time()
    {
        Receiver.Script(new Reply.Raw("HTTP/1.1 400 Bad\r\nContent-Length: 100\r\n\r\nbegun", closeAfter: false));
        var asked = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);

        var sending = SendAsync(rules: Rules with { NeedsBody = status => asked.TrySetResult(status) });
        Assert.Equal(400, await asked.Task.WaitAsync(TestEnd));
        Clock.Advance(Rules.Timeout - TimeSpan.FromTicks(1));
        Assert.False(sending.IsCompleted);
        Clock.Advance(TimeSpan.FromTicks(1));

        var answer = (await sending).Answer;
        Assert.Equal((400, false, Rules.Timeout), (answer.Status, answer.IsWhole, answer.Duration));
    }

    [Fact]
    public async Task The_time_out_cuts_a_body_that_stops()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync("begun"u8.ToArray(), TestEnd);
        using var response = new HttpResponseMessage { Content = new StreamContent(pipe.Reader.AsStream()) };
        using var deadline = new CancellationTokenSource();

        var reading = AnswerBody.ReadAsync(response, 100, deadline, null).AsTask();
        Assert.False(reading.IsCompleted);
        await deadline.CancelAsync();

        Assert.Equal(("begun", false), await reading);
    }

    /// <summary>A caller has a time-out of its own, which can end first.</summary>
    [Fact]
    public async Task A_caller_that_cancels_after_the_status_has_come_gets_the_answer()
    {
        Receiver.Script(new Reply.Raw("HTTP/1.1 202 OK\r\nContent-Length: 100\r\n\r\nbegun", closeAfter: false));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
        var began = Clock.GetUtcNow();

        var sending = Sender().SendAsync(Post, Receiver.Endpoint, Rules, stop.Token).AsTask();
        await Until.HoldsAsync(() => Clock.NextDue == began + SendRules.BodyPatience, "the head has arrived");
        await stop.CancelAsync();

        Assert.Equal((202, "begun", false), ((await sending).Answer.Status, (await sending).Answer.Body, (await sending).Answer.IsWhole));
    }

    /// <summary>HTTP/2 sends a request again by itself. A payload is lent until all of its sendings have let go of it.</summary>
    [Fact]
    public async Task A_payload_is_in_use_until_the_last_of_its_sendings_has_ended()
    {
        using var request = Post(Receiver.Endpoint);
        using var first = new BlockedStream();
        using var second = new BlockedStream();
        var writes = new[] { request.Content!.CopyToAsync(first, TestEnd), request.Content.CopyToAsync(second, TestEnd) };

        second.Release();
        await writes[1];
        Assert.False(request.Sending.IsCompleted);
        first.Release();
        await writes[0];
        await request.Sending.WaitAsync(TestEnd);
    }

    [Fact]
    public async Task A_redirect_to_a_private_address_is_an_answer_and_nothing_else()
    {
        await using var other = new ScriptedReceiver();
        Receiver.Script(new Reply.Status(307, "", ("Location", other.Endpoint.ToString())));

        Assert.Equal(307, (await SendAsync()).Answer.Status);

        Assert.Equal(0, other.AcceptedConnections);
        Assert.Equal(1, Receiver.AcceptedConnections);
    }

    [Fact]
    public async Task A_caller_that_cancels_gets_no_result()
    {
        Receiver.Script(new Reply.Hang());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);

        var sending = Sender().SendAsync(Post, Receiver.Endpoint, Rules, stop.Token).AsTask();
        await Receiver.NextAsync(TestEnd);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }
}
