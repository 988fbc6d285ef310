using System.Text.Json.Nodes;
using Herald.TestKit.Http;
using Herald.TestKit.Time;

namespace Herald.Notifications.Tests.Running;

/// <summary>Records of recipients and suppressions over HTTP.</summary>
public sealed class RecipientTests
{
    [Fact]
    public async Task A_record_is_created_replaced_read_and_deleted()
    {
        await using var server = await NotificationsServer.StartAsync();
        const string Path = "/v1/recipients/user:42";
        (await server.GetAsync(Path)).IsProblem(404, "recipient-not-found");
        (await server.SendAsync(HttpMethod.Delete, Path)).Is(204);
        const string Record = """{"addresses":{"EMAIL":"anna@example.com"},"zone":"Europe/Berlin","locale":"de","quiet":{"from":"22:00","to":"07:00"},"wishes":{"news":["email","slack"],"ads":[]}}""";
        const string Shown = """{"recipient":"user:42","addresses":{"email":"anna@example.com"},"zone":"Europe/Berlin","locale":"de","quiet":{"from":"22:00","to":"07:00"},"wishes":{"ads":[],"news":["email","slack"]}}""";
        var created = (await server.SendAsync(HttpMethod.Put, Path, Record)).Is(201);
        Assert.Equal(Shown, created.Text);
        Assert.Equal("/v1/recipients/user%3A42", created.Headers["Location"]);
        await UntilAsync(server, Path, answer => answer.Text == Shown);
        (await server.SendAsync(HttpMethod.Put, Path, """{"locale":"en"}""")).Is(200);
        await UntilAsync(server, Path, answer => answer.Text == """{"recipient":"user:42","locale":"en"}""");
        (await server.SendAsync(HttpMethod.Delete, Path)).Is(204);
        await UntilAsync(server, Path, answer => (int)answer.Status == 404);
    }

    [Theory]
    [InlineData("/v1/recipients/user:a%2Fb", "{}", "/recipient")]
    [InlineData("/v1/recipients/anna", "{}", "/recipient")]
    [InlineData("/v1/recipients/fax:17", "{}", "/recipient")]
    [InlineData("/v1/recipients/email:anna@example.com", """{"addresses":{"email":"a@b.org"}}""", "/addresses")]
    [InlineData("/v1/recipients/user:42", """{"addresses":{"email":"no address"}}""", "/addresses/email")]
    [InlineData("/v1/recipients/user:42", """{"zone":"Mars"}""", "/zone")]
    [InlineData("/v1/recipients/user:42", """{"quiet":{"from":"22:00","to":"07:00"}}""", "/zone")]
    [InlineData("/v1/recipients/user:42", """{"wishes":{"news":"email"}}""", "/wishes/news")]
    [InlineData("/v1/recipients/user:42", """{"adresses":{}}""", "/adresses")]
    [InlineData("/v1/suppressions/anna", "{}", "/recipient")]
    [InlineData("/v1/suppressions/user:42", """{"reason":"bored"}""", "/reason")]
    [InlineData("/v1/suppressions/user:42", """{"why":"bored"}""", "/why")]
    public async Task What_breaks_a_rule_is_refused_with_field_and_rule(string path, string body, string pointer)
    {
        await using var server = await NotificationsServer.StartAsync();
        (await server.SendAsync(HttpMethod.Put, path, body)).IsProblem(400, "invalid-request", pointer);
    }

    [Fact]
    public async Task A_body_that_is_no_record_is_refused()
    {
        await using var server = await NotificationsServer.StartAsync();
        (await server.SendAsync(HttpMethod.Put, "/v1/recipients/user:42", "{")).IsProblem(400, "malformed-json");
        (await server.SendAsync(HttpMethod.Put, "/v1/recipients/user:42", "")).IsProblem(400, "empty-body");
        (await server.SendAsync(HttpMethod.Put, "/v1/recipients/user:42", "{}", "text/plain")).IsProblem(415, "unsupported-media-type");
    }

    [Fact]
    public async Task A_suppression_is_created_replaced_read_and_lifted()
    {
        await using var server = await NotificationsServer.StartAsync();
        const string Path = "/v1/suppressions/email:Anna@example.com";
        (await server.GetAsync(Path)).IsProblem(404, "suppression-not-found");
        (await server.SendAsync(HttpMethod.Delete, Path)).Is(204);
        var made = (await server.SendAsync(HttpMethod.Put, Path, """{"reason":"complained"}""")).Is(201);
        Assert.Equal(("email:anna@example.com", "complained", "local"), (made["recipient"], made["reason"], made["by"]));
        await UntilAsync(server, Path, answer => answer.Text == made.Text);
        (await server.SendAsync(HttpMethod.Put, Path, "{}")).Is(200);
        await UntilAsync(server, Path, answer => answer["reason"] == "opted-out");
        (await server.SendAsync(HttpMethod.Delete, Path)).Is(204);
        await UntilAsync(server, Path, answer => answer.Code == "suppression-not-found");

        // An order right after another one counts, though no view shows the first one yet.
        for (var i = 0; i < 20; i++)
        {
            _ = await server.SendAsync(HttpMethod.Put, Path, "{}");
            (await server.SendAsync(HttpMethod.Delete, Path)).Is(204);
        }
        await UntilAsync(server, Path, answer => answer.Code == "suppression-not-found");
    }

    [Fact]
    public async Task All_suppressions_are_listed_in_pages()
    {
        await using var server = await NotificationsServer.StartAsync();
        var expected = Enumerable.Range(0, 150).Select(at => $"email:a{at:000}@example.com").ToList();
        foreach (var recipient in expected)
            (await server.SendAsync(HttpMethod.Put, $"/v1/suppressions/{recipient}", "{}")).Is(201);
        await UntilAsync(server, $"/v1/suppressions/{expected[7]}", answer => (int)answer.Status == 200);
        (await server.SendAsync(HttpMethod.Delete, $"/v1/suppressions/{expected[7]}")).Is(204);
        expected.RemoveAt(7);
        await Until.HoldsAsync(async () => (await AllAsync(server)).Count == expected.Count, "all suppressions are in the state");
        Assert.Equal(expected, (await AllAsync(server)).Select(item => item["recipient"]!.ToString()).Order(StringComparer.Ordinal));
        (await server.GetAsync("/v1/suppressions?cursor=x")).IsProblem(400, "invalid-request", "?cursor");
    }

    [Fact]
    public async Task Without_recipients_their_addresses_do_not_exist()
    {
        await using var server = await NotificationsServer.StartAsync(NotificationsServer.Usual with { Recipients = false });
        (await server.GetAsync("/v1/recipients/user:42")).IsProblem(404, "route-not-found");
        (await server.GetAsync("/v1/suppressions")).IsProblem(404, "route-not-found");
        var uuid = Guid.NewGuid();
        (await server.PostAsync(uuid, """ "txt":"Hello","destination":"EMAIL","to":"anna@example.com" """)).Is(201);
        await server.UntilStatusAsync(uuid, "PROCESSED");
    }

    private static async Task<List<JsonNode>> AllAsync(NotificationsServer server)
    {
        var (all, cursor) = (new List<JsonNode>(), "");
        do
        {
            var page = (await server.GetAsync($"/v1/suppressions?limit=40{cursor}")).Is(200);
            Assert.True(page.Items.Count <= 40);
            all.AddRange(page.Items.Select(item => item!));
            cursor = page["nextCursor"] is { } next ? $"&cursor={Uri.EscapeDataString(next)}" : "";
        }
        while (cursor.Length > 0);
        return all;
    }

    private static Task UntilAsync(NotificationsServer server, string path, Func<Answer, bool> expected)
    {
        Answer? last = null;
        return Until.HoldsAsync(async () => expected(last = await server.GetAsync(path)), () => $"{path} is as expected, and not {last?.Text}");
    }
}
