using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Herald.LocalServers.Http;

/// <summary>An HTTP server on a free port of 127.0.0.1, without middleware, routing or settings of the machine.</summary>
public sealed class LocalHttpServer : IAsyncDisposable
{
    private const int LargestBody = 16 << 20;
    private readonly KestrelServer _server;

    private LocalHttpServer(KestrelServer server) => _server = server;

    /// <summary>The address without a path.</summary>
    public Uri Address { get; private set; } = null!;

    /// <param name="handle">Answers a request. It may also break the connection off.</param>
    /// <param name="protocols">Without TLS, a server that speaks HTTP/2 speaks nothing else.</param>
    public static async Task<LocalHttpServer> StartAsync(
        Func<HttpContext, Task> handle, HttpProtocols protocols, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(handle);
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = LargestBody;
        options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        var server = new LocalHttpServer(new(
            Options.Create(options),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance));
        try
        {
            await server._server.StartAsync(new Application(handle), cancel);
        }
        catch
        {
            server._server.Dispose();
            throw;
        }
        server.Address = new(server._server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
        return server;
    }

    /// <summary>Requests that are still under way are broken off.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _server.StopAsync(now.Token);
        _server.Dispose();
    }

    private sealed class Application(Func<HttpContext, Task> handle) : IHttpApplication<IFeatureCollection>
    {
        public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

        public Task ProcessRequestAsync(IFeatureCollection context) => handle(new DefaultHttpContext(context));

        public void DisposeContext(IFeatureCollection context, Exception? exception) { }
    }
}
