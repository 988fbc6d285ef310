using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using Herald.Engine.Channels;

namespace Herald.Outbound;

/// <summary>
/// One HTTP request. It records the stage that it has reached, because the dialler sees it connect and its content sees it being sent.
/// </summary>
/// <remarks>
/// Every request has content, even if the payload is empty. The HTTP handler repeats requests without content by itself, and only
/// <see cref="HttpSender"/> knows which requests are safe to repeat.
/// </remarks>
public sealed class OutboundRequest : HttpRequestMessage
{
    /// <summary>The value of the header <c>User-Agent</c>.</summary>
    public static readonly string UserAgent = "Herald/" + ProductVersion();

    private readonly Lock _gate = new();
    private readonly PayloadContent _content;
    private volatile AttemptStage _stage = AttemptStage.Connect;

    /// <param name="payload">It must stay valid until the call of <see cref="HttpSender"/> has ended. It is not copied.</param>
    public OutboundRequest(HttpMethod method, Uri address, ReadOnlyMemory<byte> payload)
        : base(method, address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Content = _content = new PayloadContent(this, payload);
        // HTTP/2 if TLS negotiates it, otherwise HTTP/1.1.
        Version = HttpVersion.Version20;
        VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
    }

    /// <summary>
    /// The endpoint must speak HTTP/2; an endpoint that does not is a failure. Pings notice when the connection no longer works, also while
    /// it is idle. It is for services that expect few, long connections.
    /// </summary>
    public bool NeedsHttp2
    {
        get => VersionPolicy == HttpVersionPolicy.RequestVersionExact;
        init => VersionPolicy = value ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower;
    }

    public HttpContentHeaders ContentHeaders => _content.Headers;

    public AttemptStage Stage => _stage;

    /// <summary>
    /// Called at each stage. From <see cref="AttemptStage.Send"/> on, the endpoint may have the request. An earlier stage after that says
    /// that nothing of it had gone out.
    /// </summary>
    public Action<AttemptStage>? OnStage { get; set; }

    /// <summary>
    /// Ends when the payload is no longer read. HTTP/2 can return an answer while the body is still being sent, but the payload is lent
    /// only until the attempt ends.
    /// </summary>
    internal Task Sending => _content.Sending;

    /// <summary>
    /// Called by the dialler. A request can be sent over another connection before the one made for it is ready, so the stage never goes
    /// back.
    /// </summary>
    internal void Dialled(AttemptStage stage)
    {
        lock (_gate)
        {
            if (_stage > AttemptStage.Secure)
                return;
            _stage = stage;
            OnStage?.Invoke(stage);
        }
    }

    /// <summary>Called by the content, which is sent again when HTTP/2 repeats a request. The stage does not go back then either.</summary>
    internal void Sent(AttemptStage stage)
    {
        lock (_gate)
        {
            if (stage <= _stage)
                return;
            _stage = stage;
            OnStage?.Invoke(stage);
        }
    }

    /// <summary>The request follows another one, which is not repeated unless this is safe.</summary>
    /// <param name="mayHaveArrived">The endpoint may have the other one, so that this one proves nothing before it is answered.</param>
    internal void Follow(bool mayHaveArrived)
    {
        lock (_gate)
        {
            if (mayHaveArrived)
                _stage = AttemptStage.Wait;
            else
                OnStage?.Invoke(_stage);
        }
    }

    private static string ProductVersion()
    {
        var assembly = typeof(OutboundRequest).Assembly;
        return assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
    }
}
