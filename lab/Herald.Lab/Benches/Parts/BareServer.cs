using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Herald.Lab.Benches.Parts;

/// <summary>Kestrel alone, without host, middleware or routing: the least that can stand between a socket and an application.</summary>
internal static class BareServer
{
    /// <param name="port">0 for any free port.</param>
    /// <param name="largestBody">Null for no limit.</param>
    /// <returns>The server, which the caller disposes, and the address where it listens.</returns>
    public static async Task<(KestrelServer Server, string Address)> StartAsync(
        IHttpApplication<IFeatureCollection> application, CancellationToken cancel, int port = 0, long? largestBody = null)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = largestBody;
        options.Listen(IPAddress.Loopback, port);
        var server = new KestrelServer(
            Options.Create(options),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
        try
        {
            await server.StartAsync(application, cancel);
        }
        catch
        {
            server.Dispose();
            throw;
        }
        return (server, server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
    }
}
