using System.Net;
using Herald.Hosting.Settings;
using Herald.Outbound;
using Herald.Server.Tests.Http;
using Herald.TestKit.Http;
using Xunit;

namespace Herald.Server.Tests.Security;

/// <summary>Behind a proxy on its own machine, a server sees all callers as loopback.</summary>
public sealed class ProxyTests : IDisposable
{
    private const string Token = "a-token-of-some-length";
    private readonly string _tokenFile = Path.GetTempFileName();

    public ProxyTests() => File.WriteAllText(_tokenFile, Token);

    public void Dispose() => File.Delete(_tokenFile);

    [Theory]
    [InlineData("X-Forwarded-For: 203.0.113.7")]
    [InlineData("x-forwarded-proto: https")]
    [InlineData("X-Forwarded-Host: herald.example")]
    [InlineData("X-Real-IP: 203.0.113.7")]
    [InlineData("Forwarded: for=203.0.113.7")]
    [InlineData("Via: 1.1 proxy")]
    [InlineData("X-Forwarded-Port: 443")]
    [InlineData("X-Forwarded-Server: proxy")]
    [InlineData("X-Client-IP: 203.0.113.7")]
    [InlineData("True-Client-IP: 203.0.113.7")]
    [InlineData("CF-Connecting-IP: 203.0.113.7")]
    public async Task A_request_that_a_proxy_hands_on_is_refused_where_no_token_is_asked_for(string header)
    {
        await using var server = await RunningServer.StartAsync();
        await using var proxy = new TlsProxy(server.Address.Port, header, keepsHost: false);
        var refusal = await AskAsync(proxy, HttpMethod.Put, "/v1/topics/stolen");
        refusal.IsProblem(403, "forwarded-request");
        Assert.Contains("requireToken", refusal.Text, StringComparison.Ordinal);
        (await AskAsync(proxy, HttpMethod.Post, "/v1/topics/any/events")).IsProblem(403, "forwarded-request");
        (await AskAsync(proxy, HttpMethod.Get, "/healthz")).Is(200);
        (await server.GetAsync("/v1/topics/stolen")).IsProblem(404, "topic-not-found");
        (await server.PutAsync("/v1/topics/own")).Is(201);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("", true)]
    [InlineData("X-Forwarded-For: 203.0.113.7", true)]
    public async Task With_the_token_required_a_proxy_gets_in_with_the_token_alone(string header, bool keepsHost)
    {
        await using var server = await RunningServer.StartAsync(Required);
        await using var proxy = new TlsProxy(server.Address.Port, header, keepsHost);
        (await AskAsync(proxy, HttpMethod.Put, "/v1/topics/stolen")).IsProblem(401, "unauthorized");
        (await AskAsync(proxy, HttpMethod.Put, "/v1/topics/own", Token)).Is(201);
        (await server.PutAsync("/v1/topics/stolen")).IsProblem(401, "unauthorized");
    }

    [Fact]
    public async Task With_the_token_required_the_addresses_of_webhooks_are_guarded()
    {
        await using var server = await RunningServer.StartAsync(Required);
        var token = ("Authorization", $"Bearer {Token}");
        (await server.PutAsync("/v1/topics/t", null, token)).Is(201);
        const string Inside = """{"topic":"t","endpoint":"http://127.0.0.1:9/hook"}""";
        (await server.PutAsync("/v1/subscriptions/s", Inside, token)).IsProblem(400, "invalid-request", "/endpoint");
        // With the guard switched off, the server may still deliver to this machine.
        await using var open = await RunningServer.StartAsync(o => Required(o).With<OutboundOptions>(_ => new() { Guard = false }));
        (await open.PutAsync("/v1/topics/t", null, token)).Is(201);
        (await open.PutAsync("/v1/subscriptions/s", Inside, token)).Is(201);
    }

    [Fact]
    public async Task A_token_on_loopback_is_asked_of_a_proxy_as_before_and_the_missing_guard_is_told_once()
    {
        var warnings = new WarningsKept();
        await using var server = new RunningServer { With = o => o.With<ServerOptions>(server => server with { TokenFile = _tokenFile }), Logging = warnings };
        await server.InitializeAsync();
        await using var proxy = new TlsProxy(server.Address.Port, "X-Forwarded-For: 203.0.113.7", keepsHost: false);
        (await AskAsync(proxy, HttpMethod.Get, "/v1/topics")).IsProblem(401, "unauthorized");
        (await AskAsync(proxy, HttpMethod.Get, "/v1/topics", Token)).Is(200);
        var told = Assert.Single(warnings.Lines, line => line.Contains("requireToken", StringComparison.Ordinal));
        Assert.Contains("X-Forwarded-For", told, StringComparison.Ordinal);
    }

    /// <summary>Most proxies are set up to keep the Host of their callers.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_proxy_before_a_server_without_a_token_is_told_once_whatever_host_it_names(bool keepsHost)
    {
        var warnings = new WarningsKept();
        await using var server = new RunningServer { Logging = warnings };
        await server.InitializeAsync();
        await using var proxy = new TlsProxy(server.Address.Port, "X-Forwarded-For: 203.0.113.7", keepsHost);
        for (var i = 0; i < 2; i++)
            (await AskAsync(proxy, HttpMethod.Get, "/v1/topics", host: "herald.example")).IsProblem(403, "forwarded-request");
        var told = Assert.Single(warnings.Lines, line => line.Contains("requireToken", StringComparison.Ordinal));
        Assert.Contains("Herald refuses such requests", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_token_file_it_does_not_start()
    {
        var errors = string.Join('\n', RunningServer.Modules.Settings.Load(new() { Environment = [new("HERALD__REQUIRETOKEN", "true")] }).Errors);
        Assert.Contains("requireToken = 'true'", errors, StringComparison.Ordinal);
        Assert.Contains("--token-file", errors, StringComparison.Ordinal);
        Assert.Empty(RunningServer.Modules.Settings.Load(new() { CommandLine = [new("requireToken", "true"), new("tokenFile", _tokenFile)] }).Errors);
    }

    private BoundOptions Required(BoundOptions options)
    {
        var given = RunningServer.Modules.Settings.Load(new() { CommandLine = [new("requireToken", "true"), new("tokenFile", _tokenFile)] });
        var (loaded, own) = (given.Options.Get<ServerOptions>(), options.Get<ServerOptions>());
        return options.With<ServerOptions>(_ => loaded with { Listen = own.Listen, DataDirectory = own.DataDirectory });
    }

    private static async Task<Answer> AskAsync(TlsProxy proxy, HttpMethod method, string path, string? token = null, string? host = null)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == proxy.Certificate;
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(method, new Uri(proxy.Address, path)) { Version = HttpVersion.Version11 };
        request.Headers.Host = host;
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using var response = await http.SendAsync(request, RunningServer.Cancel);
        return await Answer.OfAsync(response, RunningServer.Cancel);
    }
}
