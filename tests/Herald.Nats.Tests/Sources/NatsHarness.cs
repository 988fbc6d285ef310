using System.Text.Json;
using Herald.Brokers.Sources;
using Herald.Contracts.Sources;
using Herald.Engine.Sources;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;
using Herald.Nats.Sources;
using Herald.Nats.Tests.Clusters;
using Herald.TestKit.Nats;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Nats.Tests.Sources;

/// <summary>A stream with one subject.</summary>
internal sealed class NatsHarness(NatsServer server, bool ownsServer, ClusterConnection connection, string stream) : SourceHarness
{
    private static int _streams;
    private readonly JetStreamClient _client = new(connection, TimeSpan.FromSeconds(2));

    private static CancellationToken End => TestConnection.End;

    public static async Task<NatsHarness> StartAsync(bool hasOwnBroker)
    {
        var server = hasOwnBroker ? await NatsServer.StartAsync() : await NatsServer.SharedAsync();
        var harness = new NatsHarness(server, hasOwnBroker, await TestConnection.OpenAsync(server.Url), $"contract-{Interlocked.Increment(ref _streams)}");
        await harness._client.EnsureStreamAsync(new(harness.Stream, [harness.Stream]), End);
        return harness;
    }

    private string Stream => stream;

    public override BrokerSource Create(SourceShape shape)
    {
        var options = NatsReading.Options(stream, stream) with { BatchEvents = shape.BatchEvents, BatchBytes = shape.BatchBytes, Handover = shape.Handover };
        return new NatsSource(NatsReading.Cluster(server), options, options.Sources[0], new PlainReader(), TimeProvider.System, NullLoggerFactory.Instance)
        {
            SinkOf = shape.SinkOf,
        };
    }

    public override async Task SendAsync(IReadOnlyList<SentMessage> messages)
    {
        foreach (var message in messages)
            await Until.HoldsAsync(() => TrySendAsync(message), "it is taken");
    }

    public override async Task<long> CountSavedAsync(SourceNode node)
    {
        var info = JsonElement.Parse(await connection.RequestAsync(new($"$JS.API.STREAM.INFO.{stream}", default), TimeSpan.FromSeconds(10), End));
        var position = await node.Store.ReadSourcePositionAsync($"nats/main/{stream}@{info.GetProperty("created").GetString()}/herald", End);
        return (position ?? 1) - 1;
    }

    public override async Task RestartBrokerAsync()
    {
        await server.KillAsync();
        await server.StartAgainAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        if (ownsServer)
            await server.DisposeAsync();
    }

    private async Task<bool> TrySendAsync(SentMessage message)
    {
        try
        {
            await _client.PublishAsync(new OutgoingMessage(stream, message.Payload) { Headers = new() { ["key"] = message.Key, ["id"] = message.Id } }, End);
            return true;
        }
        catch (NatsException)
        {
            return false;
        }
    }
}
