using System.Text;
using Herald.Brokers;
using Herald.Contracts.Sources;
using Herald.Nats.Tests.Clusters;
using Herald.TestKit.Nats;
using Herald.TestKit.Time;

namespace Herald.Nats.Tests.Sources;

/// <summary>What no stream keeps.</summary>
public sealed class GroupSourceTests
{
    private static CancellationToken End => TestConnection.End;

    [Fact]
    public async Task Each_message_goes_to_one_of_the_group_with_an_id_of_its_own()
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var first = await node.ReadAsync(server, "grp.>", null);
        await using var second = await node.ReadAsync(server, "grp.>", null);
        await using var connection = await TestConnection.OpenAsync(server.Url);
        // Both have subscribed before the first message.
        await connection.FlushAsync(End);

        for (var i = 0; i < 500; i++)
            await connection.PublishAsync(new($"grp.{i % 5}", Encoding.ASCII.GetBytes("same")), End);
        await node.ReceivesAsync(500);

        await Until.HoldsAsync(() => first.Totals.Accepted + second.Totals.Accepted == 500, "all is accepted");
        Assert.Equal(500, node.Receiver.All.DistinctBy(r => r.Id).Count());
        Assert.Equal(["grp.0", "grp.1", "grp.2", "grp.3", "grp.4"], node.Receiver.All.Select(r => r.Key).Distinct().Order());
    }

    [Fact]
    public async Task What_has_come_before_a_stop_is_durable_after_it()
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await using (var source = await node.ReadAsync(server, "grp-stop", null))
        {
            for (var i = 0; i < 2_000; i++)
                await connection.PublishAsync(new("grp-stop", Encoding.ASCII.GetBytes($"{i}")), End);
            await connection.FlushAsync(End);
        }
        await node.ReceivesAsync(2_000);
        Assert.Equal(Enumerable.Range(0, 2_000).Select(i => $"{i}"), node.Receiver.PayloadsOf("grp-stop"));
    }

    [Fact]
    public async Task It_starts_without_its_cluster_and_reads_when_that_is_there()
    {
        await using var server = await NatsServer.StartAsync(jetStream: false);
        await using var node = await SourceNode.StartAsync();
        await server.KillAsync();
        await using var source = await node.ReadAsync(server, "grp-late", null);
        Assert.False(source.IsConnected);

        await server.StartAgainAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        await Until.HoldsAsync(async () =>
        {
            await connection.PublishAsync(new("grp-late", default), End);
            return source.Totals.Accepted > 0;
        }, "it reads");
    }

    [Fact]
    public async Task Several_subjects_are_read_in_the_order_in_which_they_were_published()
    {
        const int Count = 3_000;
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var source = await node.ReadAsync(NatsReading.Cluster(server), NatsReading.Options(null, "grp-one", "grp-two.*", "grp-three.>"));
        await using var connection = await TestConnection.OpenAsync(server.Url);
        var headers = new NATS.Client.Core.NatsHeaders { ["key"] = "k" };
        string[] subjects = ["grp-one", "grp-two.a", "grp-three.a.b"];

        for (var i = 0; i < Count; i++)
            await connection.PublishAsync(new(subjects[i % 3], Encoding.ASCII.GetBytes($"{i}")) { Headers = headers }, End);
        await node.ReceivesAsync(Count);

        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i}"), node.Receiver.PayloadsOf("k"));
    }

    [Fact]
    public async Task One_reader_has_all_of_it_in_order_and_another_continues()
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        var leader = 0;
        var options = NatsReading.Options(NatsReading.Route(null, "grp-leader") with { OneReader = true });
        await using var first = await node.ReadAsync(NatsReading.Cluster(server), options, () => Volatile.Read(ref leader) == 0);
        await using var second = await node.ReadAsync(NatsReading.Cluster(server), options, () => Volatile.Read(ref leader) == 1);

        await PublishAsync(0, 1_000);
        await node.ReceivesAsync(1_000);
        Assert.Equal((1_000, 0), (first.Totals.Accepted, second.Totals.Accepted));

        Volatile.Write(ref leader, 1);
        await Until.HoldsAsync(() => second.IsReading && !first.IsReading, "the other one reads");
        // From when on it reads, only messages say.
        await Until.HoldsAsync(async () =>
        {
            await PublishAsync(1_000, 1);
            return second.Totals.Accepted > 0;
        }, "it reads");
        Assert.Equal(1_000, first.Totals.Accepted);
        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => $"{i}"), node.Receiver.PayloadsOf("grp-leader").Take(1_000));

        async Task PublishAsync(int from, int count)
        {
            for (var i = from; i < from + count; i++)
                await connection.PublishAsync(new("grp-leader", Encoding.ASCII.GetBytes($"{i}")), End);
        }
    }

    [Theory]
    [InlineData("a.*", "a.b")]
    [InlineData("a.>", "*.b.c")]
    [InlineData("a", "a")]
    public async Task Subjects_that_share_messages_are_told_at_the_start(string one, string other)
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        var failure = await Assert.ThrowsAsync<BrokerSetupException>(() => node.ReadAsync(NatsReading.Cluster(server), NatsReading.Options(null, one, other)));
        Assert.Contains("would come twice", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a..b")]
    [InlineData("")]
    public async Task What_is_no_subject_is_told_at_the_start(string subject)
    {
        var server = await NatsServer.SharedAsync();
        await using var node = await SourceNode.StartAsync();
        await Assert.ThrowsAsync<BrokerSetupException>(() => node.ReadAsync(server, subject, null));
    }
}
