using System.Text;
using Herald.Brokers;
using Herald.Contracts.Sources;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Tests.Clusters;
using Herald.TestKit.Nats;
using Herald.TestKit.Time;
using NATS.Client.Core;

namespace Herald.Nats.Tests.Sources;

/// <summary>What becomes of what a stream keeps. What happens to its order: <see cref="StreamOrderTests"/>.</summary>
public sealed class StreamSourceTests
{
    private static CancellationToken End => TestConnection.End;

    [Fact]
    public async Task Messages_become_events_with_what_their_headers_say()
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var source = await node.ReadAsync(server, "src-words.>", "src-words");
        await using var connection = await TestConnection.OpenAsync(server.Url);
        var headers = new NatsHeaders { ["Nats-Msg-Id"] = "order-7", ["key"] = "customer-1", ["colour"] = "red", ["Nats-Expected-Stream"] = "src-words" };

        await PublishAsync(connection, "src-words.created", "{\"n\":7}", headers);
        await PublishAsync(connection, "src-words.plain", "text", null);
        await node.ReceivesAsync(2);

        var full = Assert.Single(node.Receiver.All, r => r.Id == "order-7");
        Assert.Equal(("customer-1", "{\"n\":7}"), (full.Key, full.Payload));
        Assert.Equal(["colour=red", "subject=src-words.created"], full.Attributes.Select(a => $"{a.Key}={a.Value}").Order());
        var plain = Assert.Single(node.Receiver.All, r => r.Id != "order-7");
        Assert.Equal("src-words.plain", plain.Key);
        Assert.StartsWith("nats/main/src-words/0/2@", plain.Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_does_not_take_the_subject_is_told_at_the_start()
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var source = await node.ReadAsync(server, "src-mine.*", "src-mine");
        var failure = await Assert.ThrowsAsync<BrokerSetupException>(() => node.ReadAsync(server, "src-yours.*", "src-mine"));
        Assert.Contains("not src-yours.*", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("interest")]
    [InlineData("workqueue")]
    public async Task A_stream_that_drops_what_is_read_is_told_at_the_start(string retention)
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        var stream = $"src-{retention}";
        await connection.RequestAsync(
            new($"$JS.API.STREAM.CREATE.{stream}", Encoding.UTF8.GetBytes($$"""{"name":"{{stream}}","subjects":["{{stream}}.*"],"retention":"{{retention}}"}""")), TimeSpan.FromSeconds(10), End);

        var failure = await Assert.ThrowsAsync<BrokerSetupException>(() => node.ReadAsync(server, $"{stream}.*", stream));

        Assert.Contains($"'{retention}'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("needs 'limits'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_does_not_read_finds_out_at_the_start_too_what_is_wrong()
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var source = await node.ReadAsync(server, "src-theirs.*", "src-theirs");
        await Assert.ThrowsAsync<BrokerSetupException>(() => node.ReadAsync(NatsReading.Cluster(server), NatsReading.Options("src-theirs", "src-others.*"), () => false));
    }

    [Fact]
    public async Task Several_subjects_of_a_stream_are_read_and_its_others_are_not()
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await new JetStreamClient(connection, TimeSpan.FromSeconds(10)).EnsureStreamAsync(new("src-some", ["src-some.>"]), End);
        await using var source = await node.ReadAsync(NatsReading.Cluster(server), NatsReading.Options("src-some", "src-some.a", "src-some.b.*"));

        string[] subjects = ["src-some.a", "src-some.b.1", "src-some.c", "src-some.b.2", "src-some.b", "src-some.a"];
        foreach (var subject in subjects)
            await PublishAsync(connection, subject, "text", null);
        await node.ReceivesAsync(4);
        await Until.HoldsAsync(() => source.Lag == 0, "all is read");

        Assert.Equal(["src-some.a", "src-some.a", "src-some.b.1", "src-some.b.2"], node.Receiver.All.Select(r => r.Key).Order());
    }

    [Fact]
    public async Task A_stream_is_made_with_all_of_its_subjects()
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await using var source = await node.ReadAsync(NatsReading.Cluster(server), NatsReading.Options("src-made", "src-made-1", "src-made-2"));

        await PublishAsync(connection, "src-made-1", "1", null);
        await PublishAsync(connection, "src-made-2", "2", null);

        await node.ReceivesAsync(2);
        Assert.Equal(["1", "2"], node.Receiver.All.Select(r => r.Payload).Order());
    }

    private static Task<PublishReceipt> PublishAsync(ClusterConnection connection, string subject, string text, NatsHeaders? headers) =>
        new JetStreamClient(connection, TimeSpan.FromSeconds(10)).PublishAsync(new(subject, Encoding.UTF8.GetBytes(text)) { Headers = headers }, End);
}
