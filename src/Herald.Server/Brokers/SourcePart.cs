using Herald.Engine;
using Herald.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Herald.Server.Brokers;

/// <summary>A source of a broker, as a part of the server.</summary>
/// <typeparam name="TRefusal">The exception that the source throws when it cannot work with its present settings.</typeparam>
internal sealed class SourcePart<TRefusal>(IAsyncDisposable source, Func<HeraldEngine, CancellationToken, ValueTask> start) : IServerPart
    where TRefusal : Exception
{
    public async ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel)
    {
        try
        {
            await start(engine, cancel);
        }
        catch (TRefusal failure)
        {
            throw new ServerStartException(failure.Message, failure);
        }
    }

    public void Map(IEndpointRouteBuilder routes) { }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
