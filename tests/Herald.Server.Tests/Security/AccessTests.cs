using Herald.Hosting;
using Herald.Server.Tests.Http;
using Xunit;

namespace Herald.Server.Tests.Security;

public sealed class AccessTests(RunningServer server)
{
    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.evil.example:8090")]
    [InlineData("10.0.0.1")]
    public async Task A_foreign_host_is_refused(string host)
    {
        (await server.GetAsync("/v1/topics", ("Host", host))).IsProblem(403, "foreign-host");
        (await server.PublishAsync("any", "{}", "application/json", ("Host", host))).IsProblem(403, "foreign-host");
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:1234")]
    [InlineData("127.0.0.1")]
    [InlineData("127.1.2.3:80")]
    [InlineData("[::1]:8090")]
    public async Task This_machine_may_be_called_by_its_names(string host) => (await server.GetAsync("/v1/topics", ("Host", host))).Is(200);

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("http://localhost:1")]
    public async Task A_foreign_origin_is_refused(string origin)
    {
        (await server.GetAsync("/v1/topics", ("Origin", origin))).IsProblem(403, "foreign-origin");
        (await server.PublishAsync("any", "{}", "application/json", ("Origin", origin))).IsProblem(403, "foreign-origin");
    }

    [Fact]
    public async Task Its_own_origin_is_welcome() =>
        (await server.GetAsync("/v1/topics", ("Origin", server.Address.GetLeftPart(UriPartial.Authority)))).Is(200);

    [Fact]
    public async Task A_token_is_asked_for_and_compared()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "a-token-of-some-length\n", RunningServer.Cancel);
        await using var other = await RunningServer.StartAsync(o => o.With<ServerOptions>(server => server with { TokenFile = file, Listen = ["127.0.0.1:0"] }));
        foreach (var wrong in (string[])["", "Bearer", "Bearer wrong", "Basic a-token-of-some-length", "Bearer a-token-of-some-lengtH", "Bearer a-token-of-some-length2"])
        {
            var answer = (await other.GetAsync("/v1/topics", ("Authorization", wrong))).IsProblem(401, "unauthorized");
            Assert.Equal("Bearer", answer.Headers["WWW-Authenticate"]);
        }
        (await other.PublishAsync("any", """{"payload":1}""")).IsProblem(401, "unauthorized");
        (await other.GetAsync("/metrics")).IsProblem(401, "unauthorized");
        (await other.PostAsync("/v1/backup", """{"directory":"/tmp/x"}""")).IsProblem(401, "unauthorized");
        (await other.GetAsync("/v1/topics", ("Authorization", "Bearer a-token-of-some-length"))).Is(200);
        foreach (var open in (string[])["/healthz", "/readyz", "/openapi.json", "/"])
            (await other.GetAsync(open)).Is(200);
        File.Delete(file);
    }

    [Fact]
    public async Task Other_addresses_than_loopback_need_a_token()
    {
        var refusal = await Assert.ThrowsAsync<ServerStartException>(() => RunningServer.StartAsync(o => o.With<ServerOptions>(server => server with { Listen = ["0.0.0.0:0"] })));
        Assert.Contains("tokenFile", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_addresses_with_a_token_take_any_host()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "a-token-of-some-length", RunningServer.Cancel);
        await using var server = await RunningServer.StartAsync(
            RunningServer.Options(Path.Combine(Path.GetTempPath(), $"herald-{Guid.NewGuid():N}")).With<ServerOptions>(s => s with { Listen = ["*:0"], TokenFile = file }));
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.1:{server.Address.Port}/v1/topics"));
        request.Headers.Host = "herald.example";
        request.Headers.Authorization = new("Bearer", "a-token-of-some-length");
        using var response = await http.SendAsync(request, RunningServer.Cancel);
        Assert.True(response.IsSuccessStatusCode);
        File.Delete(file);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("with spaces in the token")]
    [InlineData("")]
    public async Task A_token_that_protects_nothing_is_refused(string token)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, token, RunningServer.Cancel);
        var refusal = await Assert.ThrowsAsync<ServerStartException>(() => RunningServer.StartAsync(o => o.With<ServerOptions>(server => server with { TokenFile = file })));
        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
        if (token.Length > 0)
            Assert.DoesNotContain(token, refusal.Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task A_token_file_that_is_missing_is_told() =>
        Assert.Contains("/nowhere/token", (await Assert.ThrowsAsync<ServerStartException>(() => RunningServer.StartAsync(o => o.With<ServerOptions>(server => server with { TokenFile = "/nowhere/token" })))).Message, StringComparison.Ordinal);
}
