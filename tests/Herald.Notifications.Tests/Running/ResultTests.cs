namespace Herald.Notifications.Tests.Running;

/// <summary>Results of notifications that another program sends, and orders to send again, before the application has read anything.</summary>
public sealed class ResultTests
{
    private const string External = """ "txt":"Hello","destination":"PUSH","to":"token-of-a-device-0123456789abcdef0123456789" """;

    private static readonly Guid Uuid = Guid.Parse("0b8e7a52-93c1-4f0e-b1d5-3f6a0c9d0007");

    [Fact]
    public async Task The_first_result_counts()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        (await server.PostAsync(Uuid, External)).Is(201);
        var path = $"/v1/notifications/{Uuid}/result";
        Assert.Equal($$"""{"uuid":"{{Uuid}}","status":"NOT_PROCESSED"}""", (await server.PostAsync(path, """{"status":"FAILED","detail":"no credit"}""")).Is(202).Text);
        server.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal($$"""{"uuid":"{{Uuid}}","status":"FAILED"}""", (await server.PostAsync(path, """{"status":"failed","detail":"no credit"}""")).Is(200).Text);
        Assert.Contains("is FAILED already", (await server.PostAsync(path, """{"status":"PROCESSED"}""")).IsProblem(409, "already-settled")["detail"], StringComparison.Ordinal);
        (await server.PostAsync(path, """{"status":"FAILED","detail":"no money"}""")).IsProblem(409, "already-settled");
    }

    [Fact]
    public async Task Many_results_at_once_are_one()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        (await server.PostAsync(Uuid, External)).Is(201);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(at => server.PostAsync(
            $"/v1/notifications/{Uuid}/result", at % 2 == 0 ? """{"status":"PROCESSED"}""" : """{"status":"FAILED"}""")));
        Assert.Equal(1, answers.Count(answer => (int)answer.Status == 202));
        Assert.Equal(3, answers.Count(answer => (int)answer.Status == 200));
        Assert.Equal(4, answers.Count(answer => (int)answer.Status == 409));
    }

    [Theory]
    [InlineData("""{"status":"NOT_PROCESSED"}""", "/status", "PROCESSED or FAILED")]
    [InlineData("""{"status":"done"}""", "/status", "PROCESSED or FAILED")]
    [InlineData("""{}""", "/status", "")]
    [InlineData("""{"status":"FAILED","details":"x"}""", "/details", "")]
    [InlineData("""{"status":"FAILED","detail":7}""", "/detail", "")]
    public async Task A_result_that_breaks_a_rule_is_refused(string body, string pointer, string rule)
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        (await server.PostAsync(Uuid, External)).Is(201);
        (await server.PostAsync($"/v1/notifications/{Uuid}/result", body)).IsProblem(400, "invalid-request", pointer, rule);
    }

    [Fact]
    public async Task A_detail_is_bounded()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        (await server.PostAsync(Uuid, External)).Is(201);
        (await server.PostAsync($"/v1/notifications/{Uuid}/result", $$"""{"status":"FAILED","detail":"{{new string('ü', 251)}}"}"""))
            .IsProblem(400, "invalid-request", "/detail", "At most 500 bytes");
        (await server.PostAsync($"/v1/notifications/{Uuid}/result", $$"""{"status":"FAILED","detail":"{{new string('ü', 250)}}"}""")).Is(202);
    }

    [Theory]
    [InlineData("result", """{"status":"PROCESSED"}""", "not-external")]
    [InlineData("redrive", null, "not-redrivable")]
    public async Task What_this_server_sends_and_has_not_sent_takes_neither(string order, string? body, string code)
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        var path = $"/v1/notifications/{Uuid}/{order}";
        (await server.SendAsync(HttpMethod.Post, path, body)).IsProblem(404, "notification-not-found");
        (await server.PostAsync(Uuid)).Is(201);
        (await server.SendAsync(HttpMethod.Post, path, body)).IsProblem(409, code);
        (await server.SendAsync(HttpMethod.Post, $"/v1/notifications/17/{order}", body)).IsProblem(400, "invalid-request", "/uuid");
    }
}
