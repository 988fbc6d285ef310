using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Herald.Client;

/// <summary>
/// A client of Herald's HTTP API, in groups. An answer with any status is a <see cref="Reply"/>; a missing answer is an
/// <see cref="HttpRequestException"/>.
/// </summary>
/// <remarks>One client can be used by many threads, for as long as the program runs. All types are in this one namespace.</remarks>
public sealed class HeraldClient : IDisposable
{
    /// <summary>Most answers take milliseconds. A copy of the store takes as long as its disks need, so it has no such bound.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMinutes(1);

    private readonly HttpClient[] _own;
    private readonly Calls _calls;

    /// <param name="server">The address of Herald, for example <c>http://127.0.0.1:8090</c>.</param>
    /// <param name="token">The content of the server's token file; null for a server without one.</param>
    /// <param name="around">A wrapper that observes the calls; null for none.</param>
    /// <param name="certificates">How the server's certificate is checked; null for the way of the system.</param>
    public HeraldClient(
        Uri server, string? token = null, Func<HttpMessageHandler, HttpMessageHandler>? around = null,
        X509ChainPolicy? certificates = null)
        : this(server, token, around, certificates, AnswerWithin) { }

    /// <summary>For programs that make their <see cref="HttpClient"/> themselves. It is not disposed with this client.</summary>
    /// <param name="http">Its base address is that of Herald. It must also send the token, if the server wants one.</param>
    public HeraldClient(HttpClient http) : this(http, http, []) { }

    internal HeraldClient(
        Uri server, string? token, Func<HttpMessageHandler, HttpMessageHandler>? around, X509ChainPolicy? certificates,
        TimeSpan answerWithin)
        : this(Connected(server, token, around, certificates, answerWithin)) { }

    private HeraldClient((HttpClient Http, HttpClient Patient) own) : this(own.Http, own.Patient, [own.Http, own.Patient]) { }

    private HeraldClient(HttpClient http, HttpClient patient, HttpClient[] own)
    {
        Server = http.BaseAddress
            ?? throw new ArgumentException("The base address is missing: it must be the address of Herald.", nameof(http));
        (_own, _calls) = (own, new Calls(http));
        Topics = new TopicsClient(_calls);
        Subscriptions = new SubscriptionsClient(_calls);
        Events = new EventsClient(_calls);
        DeadLetters = new DeadLettersClient(_calls);
        Operations = new OperationsClient(_calls, new Calls(patient));
        Orders = new OrdersClient(_calls);
        Alarms = new AlarmsClient(_calls);
        Notifications = new NotificationsClient(_calls);
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

    /// <summary>The addresses of <c>herald notifications serve</c>.</summary>
    public NotificationsClient Notifications { get; }

    /// <summary>Any request, for what the groups do not have.</summary>
    /// <param name="path">The path and the query, with reserved characters escaped.</param>
    public Task<Reply> SendAsync(HttpMethod method, string path, JsonNode? body = null, CancellationToken cancel = default) =>
        _calls.SendAsync(method, path, body is null ? null : Content.Of(body), null, cancel);

    public void Dispose()
    {
        foreach (var http in _own)
            http.Dispose();
    }

    private static (HttpClient Http, HttpClient Patient) Connected(
        Uri server, string? token, Func<HttpMessageHandler, HttpMessageHandler>? around, X509ChainPolicy? certificates,
        TimeSpan answerWithin)
    {
        HttpMessageHandler calls = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            SslOptions = { CertificateChainPolicy = certificates },
        };
        calls = around?.Invoke(calls) ?? calls;
        return (Over(calls, server, token, answerWithin), Over(calls, server, token, Timeout.InfiniteTimeSpan));
    }

    /// <summary>Both clients share the connections. Disposing them twice does no harm.</summary>
    private static HttpClient Over(HttpMessageHandler calls, Uri server, string? token, TimeSpan answerWithin)
    {
        var http = new HttpClient(calls) { BaseAddress = server, Timeout = answerWithin };
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }
}
