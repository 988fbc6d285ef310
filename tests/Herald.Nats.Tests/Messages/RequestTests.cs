using System.Text;
using Herald.Nats.Clusters;
using Herald.Nats.Messages;
using Herald.Nats.Tests.Clusters;
using Herald.TestKit.Nats;

namespace Herald.Nats.Tests.Messages;

public sealed class RequestTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private static CancellationToken End => TestConnection.End;

    [Fact]
    public async Task Each_request_gets_its_own_answer()
    {
        var server = await NatsServer.SharedAsync();
        await using var asking = await TestConnection.OpenAsync(server.Url);
        await using var answering = await TestConnection.OpenAsync(server.Url);
        await using var questions = answering.Subscribe("echo");
        await answering.FlushAsync(End);
        var serving = EchoAsync(answering, questions, 500);

        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => asking.RequestAsync(new("echo", Encoding.UTF8.GetBytes($"{i}")), Long, End)));
        await serving;

        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), answers.Select(Encoding.UTF8.GetString));
    }

    [Fact]
    public async Task A_request_that_nobody_listens_for_fails_at_once()
    {
        var server = await NatsServer.SharedAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        var failure = await Assert.ThrowsAsync<NoRespondersException>(() => connection.RequestAsync(new("nobody.there", default), Long, End));
        Assert.Equal("nobody.there", failure.Subject);
    }

    [Fact]
    public async Task A_request_that_is_not_answered_ends_in_time_and_a_late_answer_is_nobodys()
    {
        var server = await NatsServer.SharedAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await using var questions = connection.Subscribe("late");
        await Assert.ThrowsAsync<NatsTimeoutException>(() => connection.RequestAsync(new("late", default), TimeSpan.FromMilliseconds(50), End));

        var question = (await questions.ReadAsync(End))!;
        await connection.PublishConfirmedAsync(new(question.ReplyTo!, "late"u8.ToArray()), End);
        var serving = EchoAsync(connection, questions, 1);
        Assert.Equal("next"u8.ToArray(), await connection.RequestAsync(new("late", "next"u8.ToArray()), Long, End));
        await serving;
    }

    [Fact]
    public async Task A_request_whose_connection_breaks_fails_then_and_the_next_one_is_answered()
    {
        await using var server = await NatsServer.StartAsync(jetStream: false);
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await using var questions = connection.Subscribe("broken");
        var asking = connection.RequestAsync(new("broken", default), Long, End);
        Assert.NotNull(await questions.ReadAsync(End));

        await server.KillAsync();
        await Assert.ThrowsAsync<NatsUnavailableException>(() => asking);
        await server.StartAgainAsync();
        await connection.WhenConnectedAsync(End);
        var serving = EchoAsync(connection, questions, 1);
        Assert.Equal("again"u8.ToArray(), await connection.RequestAsync(new("broken", "again"u8.ToArray()), Long, End));
        await serving;
    }

    private static async Task EchoAsync(ClusterConnection connection, NatsSubscription questions, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var question = (await questions.ReadAsync(End))!;
            await connection.PublishAsync(new(question.ReplyTo!, question.Payload), End);
        }
    }
}
