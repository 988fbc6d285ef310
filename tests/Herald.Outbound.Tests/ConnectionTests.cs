using System.Net;
using System.Text;
using Herald.Engine.Channels;
using Herald.TestKit.Receivers;

namespace Herald.Outbound.Tests;

/// <summary>Connections that are used again, or that the endpoint has closed meanwhile.</summary>
public sealed class ConnectionTests : OutboundTest
{
    [Theory]
    [InlineData(204)]
    [InlineData(500)]
    public async Task After_an_answer_in_HTTP_1_0_a_connection_is_not_used_again(int status)
    {
        Receiver.Script(new Reply.Old(status));
        var sender = Sender();
        for (var n = 1; n <= 6; n++)
        {
            Assert.Equal(status, (await SendAsync(sender)).Answer.Status);
            Assert.Equal(n, (await Receiver.NextAsync(TestEnd)).Connection);
        }
        Assert.False(Receiver.Received.TryRead(out _));
    }

    [Fact]
    public async Task The_version_of_an_answer_counts_even_if_its_bytes_arrive_one_by_one()
    {
        Receiver.Script(new Reply.Drip([.. "HTTP/1.0 204 Scripted\r\n\r\n"u8], new SemaphoreSlim(1000)));
        var sender = Sender();
        for (var n = 1; n <= 3; n++)
        {
            Assert.Equal(204, (await SendAsync(sender)).Answer.Status);
            Assert.Equal(n, (await Receiver.NextAsync(TestEnd)).Connection);
        }
    }

    [Fact]
    public async Task An_answer_that_quotes_HTTP_1_0_leaves_the_connection_usable()
    {
        Receiver.Script(new Reply.Drip([.. "HTTP/1.1 200 Scripted\r\nContent-Length: 8\r\n\r\nHTTP/1.0"u8], new SemaphoreSlim(1000)));
        var sender = Sender();
        for (var n = 1; n <= 3; n++)
        {
            Assert.Equal("HTTP/1.0", (await SendAsync(sender)).Answer.Body);
            Assert.Equal(1, (await Receiver.NextAsync(TestEnd)).Connection);
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_request_that_meets_the_end_of_a_used_connection_is_sent_again_over_a_new_one(bool tls, bool reset)
    {
        await using var receiver = new ScriptedReceiver(tls: tls ? new() { ServerCertificate = Certificate } : null);
        receiver.Script(Reply.Ok, reset ? new Reply.Reset() : new Reply.Close(), Reply.Ok);
        var sender = Sender(Trusting);

        Assert.Equal(200, (await SendAsync(sender, receiver.Endpoint)).Answer.Status);
        Assert.Equal(200, (await SendAsync(sender, receiver.Endpoint)).Answer.Status);

        await receiver.NextAsync(TestEnd);
        var (met, again) = (await receiver.NextAsync(TestEnd), await receiver.NextAsync(TestEnd));
        Assert.Equal((1, 2), (met.Connection, again.Connection));
        Assert.Equal(Payload, met.Body);
        Assert.Equal(Payload, again.Body);
    }

    [Fact]
    public async Task An_endpoint_that_works_on_a_request_and_then_closes_has_failed()
    {
        var closes = new SemaphoreSlim(0);
        Receiver.Script(Reply.Ok, new Reply.Close(closes), Reply.Ok);
        var sender = Sender();
        await SendAsync(sender);
        await Receiver.NextAsync(TestEnd);

        var sending = SendAsync(sender);
        await Receiver.NextAsync(TestEnd);
        Clock.Advance(TimeSpan.FromSeconds(2));
        closes.Release();

        var result = (await sending).Failure!;
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Wait), (result.Outcome, result.Stage));
        Assert.Equal(1, Receiver.AcceptedConnections);
    }

    [Fact]
    public async Task A_connection_whose_end_was_read_before_the_request_is_not_written_to()
    {
        using var inner = new ScriptedStream([.. "HTTP/1.1 204 Scripted\r\n\r\n"u8]);
        await using var connection = new EndpointConnection(inner, Clock);
        var buffer = new byte[100];
        await connection.WriteAsync("first"u8.ToArray(), TestEnd);
        Assert.NotEqual(0, await connection.ReadAsync(buffer, TestEnd));
        // The handler reads ahead when it takes the connection from its pool.
        Assert.Equal(0, await connection.ReadAsync(buffer, TestEnd));

        var stale = await Assert.ThrowsAsync<StaleConnectionException>(
            async () => await connection.WriteAsync("second"u8.ToArray(), TestEnd));
        Assert.True(stale.IsUnsent);
        Assert.Equal("first", Encoding.UTF8.GetString(inner.Written));
    }

    [Fact]
    public async Task A_request_is_sent_again_once_only()
    {
        Receiver.Script(Reply.Ok, new Reply.Close());
        var sender = Sender();
        await SendAsync(sender);

        var result = (await SendAsync(sender)).Failure!;

        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Wait), (result.Outcome, result.Stage));
        Assert.Equal($"127.0.0.1:{Receiver.Port} closed the connection before it answered", result.Reason);
        Assert.Equal(2, Receiver.AcceptedConnections);
    }

    /// <summary>The endpoint may have worked on the request before it was restarted.</summary>
    [Fact]
    public async Task A_request_that_cannot_be_sent_again_may_have_arrived_the_first_time()
    {
        var first = true;
        Receiver.Script(_ =>
        {
            if (first)
            {
                first = false;
                return Reply.Ok;
            }
            Receiver.StopListening();
            return new Reply.Close();
        });
        var sender = Sender();
        await SendAsync(sender);

        var sent = await SendAsync(sender);

        Assert.Equal((true, AttemptStage.Wait), (sent.MayHaveArrived, sent.Failure!.Stage));
        Assert.Equal(
            "the connection ended before the answer, and the request could not be sent again: "
                + $"127.0.0.1:{Receiver.Port}: connection refused",
            sent.Failure.Reason);
    }

    [Fact]
    public async Task A_time_out_while_a_request_is_sent_again_does_not_say_that_nothing_was_sent()
    {
        var asked = new TaskCompletionSource();
        using var answers = new ManualResetEventSlim(initialState: true);
        var options = Local with
        {
            Resolve = _ =>
            {
                if (!answers.IsSet)
                    asked.TrySetResult();
                answers.Wait();
                return [IPAddress.Loopback];
            },
        };
        var target = new Uri($"http://hooks.example:{Receiver.Port}/hook");
        Receiver.Script(Reply.Ok, new Reply.Close());
        var sender = Sender(options);
        await SendAsync(sender, target);
        // The name must be looked up for the second connection.
        Clock.Advance(NameResolver.Usable + TimeSpan.FromSeconds(1));
        answers.Reset();

        var sending = SendAsync(sender, target);
        await asked.Task.WaitAsync(TestEnd);
        Clock.Advance(Rules.Timeout);

        var sent = await sending;
        Assert.Equal((true, AttemptStage.Wait), (sent.MayHaveArrived, sent.Failure!.Stage));
        answers.Set();
    }

    [Fact]
    public async Task A_stage_goes_back_only_when_nothing_of_the_request_had_gone_out()
    {
        Receiver.Script(new Reply.Old(200));
        var sender = Sender();
        await SendAsync(sender);
        var stages = new List<AttemptStage>();

        await sender.SendAsync(target => Watched(target, stages), Receiver.Endpoint, Rules, TestEnd);

        Assert.Equal(
            [
                AttemptStage.Send, AttemptStage.Wait,
                AttemptStage.Connect, AttemptStage.Resolve, AttemptStage.Connect, AttemptStage.Send, AttemptStage.Wait,
            ],
            stages);

        await using var other = new ScriptedReceiver();
        other.Script(Reply.Ok, new Reply.Close(), Reply.Ok);
        await SendAsync(sender, other.Endpoint);
        stages.Clear();
        await sender.SendAsync(target => Watched(target, stages), other.Endpoint, Rules, TestEnd);
        Assert.Equal([AttemptStage.Send, AttemptStage.Wait], stages);

        static OutboundRequest Watched(Uri target, List<AttemptStage> stages)
        {
            var request = Post(target);
            request.OnStage = stages.Add;
            return request;
        }
    }

    [Fact]
    public async Task A_new_connection_that_ends_without_an_answer_is_a_failure()
    {
        Receiver.Script(new Reply.Close(), Reply.Ok);
        Assert.Equal(AttemptOutcome.Failed, (await SendAsync()).Failure?.Outcome);
        Assert.Equal(1, Receiver.AcceptedConnections);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_in_its_head_is_a_failure()
    {
        Receiver.Script(Reply.Ok, new Reply.Raw("HTTP/1.1 2"), Reply.Ok);
        var sender = Sender();
        await SendAsync(sender);

        Assert.Equal(AttemptOutcome.Failed, (await SendAsync(sender)).Failure?.Outcome);
        Assert.Equal(1, Receiver.AcceptedConnections);
    }

    [Fact]
    public async Task The_time_out_covers_both_connections()
    {
        Receiver.Script(Reply.Ok, new Reply.Close(), new Reply.Hang());
        var sender = Sender();
        await SendAsync(sender);

        var sending = SendAsync(sender);
        for (var n = 0; n < 3; n++)
            await Receiver.NextAsync(TestEnd);
        Clock.Advance(TimeSpan.FromSeconds(15));

        var result = (await sending).Failure!;
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Wait), (result.Outcome, result.Stage));
        Assert.Equal($"no response from 127.0.0.1:{Receiver.Port} within 15s", result.Reason);
    }
}
