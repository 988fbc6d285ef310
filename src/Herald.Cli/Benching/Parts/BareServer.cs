using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Herald.Cli.Benching.Parts;

/// <summary>Kestrel and nothing else: no host, no middleware, no routing. As little as can stand between a socket and an application.</summary>
internal static class BareServer
{
    /// <returns>The server, which the caller disposes, and where it listens.</returns>
    public static async Task<(KestrelServer Server, string Address)> StartAsync(IHttpApplication<IFeatureCollection> application, CancellationToken cancel)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = null;
        options.Listen(IPAddress.Loopback, 0);
        var server = new KestrelServer(
            Options.Create(options),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
        await server.StartAsync(application, cancel);
        return (server, server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
    }
}
