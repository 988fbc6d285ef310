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

    /// <summary>Called just before the payload is sent. From then on, the endpoint may have it.</summary>
    public Action? OnSending { get; set; }

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
        if (_stage <= AttemptStage.Secure)
            _stage = stage;
    }

    /// <summary>Called by the content.</summary>
    internal void Sent(AttemptStage stage)
    {
        _stage = stage;
        if (stage == AttemptStage.Send)
            OnSending?.Invoke();
    }

    private static string ProductVersion()
    {
        var assembly = typeof(OutboundRequest).Assembly;
        return assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
    }
}
