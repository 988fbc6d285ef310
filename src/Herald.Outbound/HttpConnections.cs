using System.Net;
using Herald.Engine.Channels;

namespace Herald.Outbound;

/// <summary>The connections to HTTP endpoints: each is dialled by the <see cref="Dialler"/>, and an ended one is noticed.</summary>
internal sealed class HttpConnections : IDisposable
{
    /// <summary>The longest time-out of an attempt. No connection needs more.</summary>
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(5);

    private readonly HttpMessageInvoker _http;
    private readonly OutboundOptions _options;
    private readonly Dialler _dialler;
    private readonly TimeProvider _time;

    /// <param name="lifetime">How long a connection is used; zero for one request only.</param>
    /// <param name="pings">
    /// Pings over HTTP/2 notice that a silent connection no longer works. All requests to an endpoint share one, and the time-out of a
    /// request ends only its stream. So without pings, all requests would time out until the connection's lifetime is over.
    /// </param>
    public HttpConnections(
        OutboundOptions options, Dialler dialler, TimeProvider time, TimeSpan lifetime,
        HttpKeepAlivePingPolicy pings = HttpKeepAlivePingPolicy.WithActiveRequests)
    {
        (_options, _dialler, _time) = (options, dialler, time);
        _http = new HttpMessageInvoker(CreateHandler(lifetime, pings));
    }

    public Task<HttpResponseMessage> SendAsync(OutboundRequest request, CancellationToken cancel) => _http.SendAsync(request, cancel);

    public void Dispose() => _http.Dispose();

    private SocketsHttpHandler CreateHandler(TimeSpan lifetime, HttpKeepAlivePingPolicy pings)
    {
        // Permits limit connections, not this handler: a limit per host would let one slow subscription stop another on the same host.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectCallback = DialAsync,
            ConnectTimeout = LongestTimeout,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = pings == HttpKeepAlivePingPolicy.Always ? _options.IdlePingDelay : _options.PingDelay,
            KeepAlivePingPolicy = pings,
            KeepAlivePingTimeout = _options.PingTimeout,
            MaxResponseDrainSize = _options.MaxDrainBytes,
            MaxResponseHeadersLength = 32,
            PooledConnectionIdleTimeout = _options.IdleConnectionLifetime,
            PlaintextStreamFilter = (context, _) => ValueTask.FromResult(Watched(context)),
            PooledConnectionLifetime = lifetime,
            Proxy = _options.Proxy is null ? null : new WebProxy(_options.Proxy),
            UseCookies = false,
            UseProxy = _options.Proxy is not null,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = _options.AcceptCertificate;
        return handler;
    }

    private async ValueTask<Stream> DialAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var request = context.InitialRequestMessage as OutboundRequest;
        Action<AttemptStage>? reached = request is null ? null : request.Dialled;
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var stream = _options.Proxy is null
            ? await _dialler.DialAsync(host, port, reached, cancel).ConfigureAwait(false)
            : await _dialler.DialUnguardedAsync(host, port, reached, cancel).ConfigureAwait(false);
        if (context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps)
            reached?.Invoke(AttemptStage.Secure);
        return stream;
    }

    /// <summary>HTTP/2 says itself when a connection ends, and what goes through the tunnel of a proxy is not HTTP.</summary>
    private Stream Watched(SocketsHttpPlaintextStreamFilterContext context) =>
        context.NegotiatedHttpVersion.Major == 1 && context.InitialRequestMessage.Method != HttpMethod.Connect
            ? new EndpointConnection(context.PlaintextStream, _time) : context.PlaintextStream;
}
