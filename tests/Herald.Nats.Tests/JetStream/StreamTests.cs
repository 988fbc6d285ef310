using System.Text;
using Herald.Brokers;
using Herald.Nats.JetStream;
using Herald.Nats.Tests.Clusters;
using Herald.TestKit.Nats;

namespace Herald.Nats.Tests.JetStream;

public sealed class StreamTests
{
    private static CancellationToken End => TestConnection.End;

    [Fact]
    public async Task A_stream_is_made_once_and_found_by_its_subjects()
    {
        await using var stream = await TestStream.OpenAsync("made");
        await stream.Client.EnsureStreamAsync(new StreamSpec("made", ["made.a", "made.*", "made.>"]) { DuplicateWindow = TimeSpan.FromSeconds(5) }, End);
        Assert.Equal("made", await stream.Client.FindStreamAsync("made.x.y", End));
        Assert.Null(await stream.Client.FindStreamAsync("elsewhere", End));
    }

    [Fact]
    public async Task A_stream_that_is_there_without_the_subjects_is_left_alone_and_told()
    {
        await using var stream = await TestStream.OpenAsync("other");
        var failure = await Assert.ThrowsAsync<BrokerSetupException>(() => stream.Client.EnsureStreamAsync(new StreamSpec("other", ["other.a", "more.*"]), End));
        Assert.Contains("takes other.>, but not more.*", failure.Message, StringComparison.Ordinal);
        Assert.Null(await stream.Client.FindStreamAsync("more.a", End));
    }

    [Fact]
    public async Task A_stream_whose_subjects_another_has_is_refused_with_code_and_description()
    {
        await using var stream = await TestStream.OpenAsync("first");
        var failure = await Assert.ThrowsAsync<JetStreamException>(() => stream.Client.EnsureStreamAsync(new StreamSpec("second", ["first.a"]), End));
        Assert.Equal(400, failure.Code);
        Assert.NotEqual(0, failure.ErrorCode);
        Assert.Contains("overlap", failure.Description, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_message_with_an_id_that_came_before_is_stored_once()
    {
        await using var stream = await TestStream.OpenAsync("once");
        var first = await stream.PublishAsync("one", "id-1");
        var second = await stream.PublishAsync("one", "id-1");
        var other = await stream.PublishAsync("two", "id-2");
        Assert.Equal(new PublishReceipt("once", 1, false), first);
        Assert.Equal(new PublishReceipt("once", 1, true), second);
        Assert.Equal(new PublishReceipt("once", 2, false), other);
    }

    [Fact]
    public async Task A_subject_that_no_stream_takes_is_told()
    {
        await using var stream = await TestStream.OpenAsync("taken");
        var failure = await Assert.ThrowsAsync<JetStreamException>(() => stream.Client.PublishAsync(new("nobodys.subject", default), End));
        Assert.Equal(503, failure.Code);
        Assert.Contains("No stream takes 'nobodys.subject'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_JetStream_is_told()
    {
        await using var server = await NatsServer.StartAsync(jetStream: false);
        await using var connection = await TestConnection.OpenAsync(server.Url);
        var client = new JetStreamClient(connection, TimeSpan.FromSeconds(10));
        var failure = await Assert.ThrowsAsync<JetStreamException>(() => client.EnsureStreamAsync(new StreamSpec("any", ["any"]), End));
        Assert.Equal(503, failure.Code);
    }

    [Fact]
    public async Task What_a_stream_has_taken_is_there_after_a_kill()
    {
        await using var server = await NatsServer.StartAsync();
        await using var stream = await TestStream.OpenAsync("kept", server);
        await stream.PublishNumberedAsync(1, 200);

        await server.KillAsync();
        await server.StartAgainAsync();
        await stream.Connection.WhenConnectedAsync(End);

        await stream.Client.EnsureStreamAsync(new StreamSpec("kept", ["kept.>"]), End);
        Assert.Equal(201, (await stream.PublishAsync("201")).Sequence);
        await using var reader = await stream.ReadAsync();
        for (var expected = 1; expected <= 201;)
        {
            await reader.WaitAsync(End);
            for (; reader.TryTake(out var message, out _); expected++)
                Assert.Equal($"{expected}", Encoding.UTF8.GetString(message!.Payload.Span));
        }
    }
}
