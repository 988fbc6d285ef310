using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Herald.TestKit.Receivers;

/// <summary>A receiver that speaks HTTP/2 (over TLS, or with prior knowledge over plain TCP) on a free port of 127.0.0.1.</summary>
public sealed class Http2Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<ReceivedRequest> _received = Channel.CreateUnbounded<ReceivedRequest>();

    private Http2Receiver(WebApplication app) => _app = app;

    public Uri Endpoint { get; private set; } = null!;

    public ChannelReader<ReceivedRequest> Received => _received.Reader;

    /// <param name="certificate">For TLS with HTTP/2 and HTTP/1.1. Null: plain HTTP/2.</param>
    /// <param name="handle">Answers a request. Null: an empty 200 after the body is read.</param>
    public static async Task<Http2Receiver> StartAsync(X509Certificate2? certificate, Func<HttpContext, Task>? handle = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = certificate is null ? HttpProtocols.Http2 : HttpProtocols.Http1AndHttp2;
            if (certificate is not null)
                listen.UseHttps(certificate);
        }));

        var receiver = new Http2Receiver(builder.Build());
        receiver._app.Run(new RequestDelegate(handle ?? receiver.RecordAsync));
        await receiver._app.StartAsync();
        var address = receiver._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        receiver.Endpoint = new Uri(address + "/hook");
        return receiver;
    }

    /// <summary>Reads the request to its end and records it.</summary>
    public async Task RecordAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = context.Request.Headers.Select(h => KeyValuePair.Create(h.Key, h.Value.ToString())).ToList();
        await _received.Writer.WriteAsync(new ReceivedRequest(
            0, context.Request.Method, context.Request.Path, context.Request.Protocol, headers, body.ToArray()));
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
