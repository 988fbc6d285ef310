using Herald.Engine;
using Herald.Nats;
using Herald.Nats.Sources;
using Microsoft.AspNetCore.Routing;

namespace Herald.Server.Brokers;

/// <summary>A source of NATS, as a part of the server.</summary>
internal sealed class NatsSourcePart(NatsSource source) : IServerPart
{
    public async ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel)
    {
        try
        {
            await source.StartAsync(engine, cancel);
        }
        catch (NatsSetupException failure)
        {
            throw new ServerStartException(failure.Message, failure);
        }
    }

    public void Map(IEndpointRouteBuilder routes) { }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
