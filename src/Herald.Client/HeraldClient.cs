using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Herald.Client;

/// <summary>
/// A client of Herald's HTTP API, in groups. An answer with any status is a <see cref="Reply"/>; a missing answer is an
/// <see cref="HttpRequestException"/>.
/// </summary>
/// <remarks>One client can be used by many threads, for as long as the program runs. All types are in this one namespace.</remarks>
public sealed class HeraldClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly bool _isOwn;
    private readonly Calls _calls;

    /// <param name="server">The address of Herald, for example <c>http://127.0.0.1:8090</c>.</param>
    /// <param name="token">The content of the server's token file; null for a server without one.</param>
    /// <param name="around">A wrapper that observes the calls; null for none.</param>
    public HeraldClient(Uri server, string? token = null, Func<HttpMessageHandler, HttpMessageHandler>? around = null)
        : this(Connected(server, token, around), isOwn: true) { }

    /// <summary>For programs that make their <see cref="HttpClient"/> themselves. It is not disposed with this client.</summary>
    /// <param name="http">Its base address is that of Herald. It must also send the token, if the server wants one.</param>
    public HeraldClient(HttpClient http) : this(http, isOwn: false) { }

    private HeraldClient(HttpClient http, bool isOwn)
    {
        Server = http.BaseAddress
            ?? throw new ArgumentException("The base address is missing: it must be the address of Herald.", nameof(http));
        (_http, _isOwn, _calls) = (http, isOwn, new Calls(http));
        Topics = new TopicsClient(_calls);
        Subscriptions = new SubscriptionsClient(_calls);
        Events = new EventsClient(_calls);
        DeadLetters = new DeadLettersClient(_calls);
        Operations = new OperationsClient(_calls);
        Orders = new OrdersClient(_calls);
        Alarms = new AlarmsClient(_calls);
    }

    public Uri Server { get; }
    public TopicsClient Topics { get; }
    public SubscriptionsClient Subscriptions { get; }
    public EventsClient Events { get; }
    public DeadLettersClient DeadLetters { get; }
    public OperationsClient Operations { get; }

    /// <summary>The addresses of <c>herald orders serve</c>.</summary>
    public OrdersClient Orders { get; }

    /// <summary>The addresses of <c>herald alarms serve</c>.</summary>
    public AlarmsClient Alarms { get; }

    /// <summary>Any request, for what the groups do not have.</summary>
    /// <param name="path">The path and the query, with reserved characters escaped.</param>
    public Task<Reply> SendAsync(HttpMethod method, string path, JsonNode? body = null, CancellationToken cancel = default) =>
        _calls.SendAsync(method, path, body is null ? null : Content.Of(body), null, cancel);

    public void Dispose()
    {
        if (_isOwn)
            _http.Dispose();
    }

    private static HttpClient Connected(Uri server, string? token, Func<HttpMessageHandler, HttpMessageHandler>? around)
    {
        HttpMessageHandler calls = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        var http = new HttpClient(around?.Invoke(calls) ?? calls)
        {
            BaseAddress = server,
            Timeout = TimeSpan.FromSeconds(60),
        };
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }
}
