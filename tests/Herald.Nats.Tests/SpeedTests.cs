using System.Globalization;
using Herald.Contracts.Sources;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;
using Herald.Nats.Tests.Clusters;
using Herald.Nats.Tests.Sources;
using Herald.TestKit.Nats;
using Herald.TestKit.Time;

namespace Herald.Nats.Tests;

/// <summary>How fast messages of 256 bytes go over loopback. Not among the tests of every day: run them by their names, with <c>-explicit only</c>.</summary>
public sealed class SpeedTests(ITestOutputHelper output)
{
    private const int Messages = 1_000_000, Kept = 200_000;
    private static readonly byte[] Payload = new byte[256];

    private static CancellationToken End => TestConnection.End;

    [Fact(Explicit = true)]
    public async Task A_million_messages_are_published_and_received()
    {
        await using var server = await NatsServer.StartAsync(jetStream: false);
        await using var publisher = await TestConnection.OpenAsync(server.Url);
        var begun = TimeProvider.System.GetTimestamp();
        await PublishAsync("speed.alone");
        Tell("published, with nobody who reads", Messages, begun);

        await using var reader = await TestConnection.OpenAsync(server.Url);
        await using var subscription = reader.Subscribe("speed.read", bounds: new SubscriptionBounds { Messages = Messages, Bytes = long.MaxValue });
        await reader.FlushAsync(End);
        begun = TimeProvider.System.GetTimestamp();
        var publishing = PublishAsync("speed.read");
        for (var i = 0; i < Messages; i++)
            Assert.NotNull(await subscription.ReadAsync(End));
        Tell("published and received", Messages, begun);
        await publishing;

        async Task PublishAsync(string subject)
        {
            for (var i = 0; i < Messages; i++)
                await publisher.PublishAsync(new(subject, Payload), End);
            await publisher.FlushAsync(End);
        }
    }

    [Fact(Explicit = true)]
    public async Task What_a_stream_has_becomes_durable()
    {
        await using var server = await NatsServer.StartAsync();
        await using var connection = await TestConnection.OpenAsync(server.Url);
        var client = new JetStreamClient(connection, TimeSpan.FromSeconds(30));
        await client.EnsureStreamAsync(new("speed", ["speed"]), End);
        var begun = TimeProvider.System.GetTimestamp();
        for (var sent = 0; sent < Kept; sent += 1_000)
            await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => client.PublishAsync(new("speed", Payload), End)));
        Tell("taken by a stream, 1,000 at a time", Kept, begun);

        // Both ways in turn: who comes first does not have the colder files twice.
        var (bare, durable) = (0.0, 0.0);
        for (var round = 0; round < 3; round++)
        {
            bare += await ReadBareAsync(connection, client);
            durable += await ReadDurableAsync(server);
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"durable in Herald at {bare / durable:0.00} of the speed of the plain client"));
    }

    /// <summary>The client alone, which does nothing with what comes.</summary>
    private async Task<double> ReadBareAsync(ClusterConnection connection, JetStreamClient client)
    {
        var begun = TimeProvider.System.GetTimestamp();
        await using var reader = await OrderedReader.BeginAsync(connection, client, "speed", "bare", new([], 1), new PullBounds { Messages = 2_000 }, TimeProvider.System, End);
        for (var read = 0; read < Kept;)
        {
            await reader.WaitAsync(End);
            while (reader.TryTake(out _, out _))
                read++;
        }
        return Tell("received by the plain client", Kept, begun);
    }

    /// <summary>Into a new store.</summary>
    private async Task<double> ReadDurableAsync(NatsServer server)
    {
        await using var node = await SourceNode.StartAsync(isSubscribed: false);
        var begun = TimeProvider.System.GetTimestamp();
        await using var source = await node.ReadAsync(NatsReading.Cluster(server), NatsReading.Options("speed", "speed") with { BatchEvents = 500 });
        await Until.HoldsAsync(() => source.Totals.Accepted >= Kept, "all are durable");
        Assert.Equal(0, source.Totals.Duplicates);
        return Tell("durable in Herald", Kept, begun);
    }

    private double Tell(string what, int messages, long begun)
    {
        var seconds = TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{messages} messages {what} in {seconds:0.0} s: {messages / seconds:0} /s"));
        return seconds;
    }
}
