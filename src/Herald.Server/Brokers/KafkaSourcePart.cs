using Herald.Engine;
using Herald.Kafka;
using Herald.Kafka.Sources;
using Microsoft.AspNetCore.Routing;

namespace Herald.Server.Brokers;

/// <summary>A source of Kafka, as a part of the server.</summary>
internal sealed class KafkaSourcePart(KafkaSource source) : IServerPart
{
    public async ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel)
    {
        try
        {
            await source.StartAsync(engine, cancel);
        }
        catch (KafkaSetupException failure)
        {
            throw new ServerStartException(failure.Message, failure);
        }
    }

    public void Map(IEndpointRouteBuilder routes) { }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
