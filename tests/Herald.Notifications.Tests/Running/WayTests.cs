using System.Text;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Notifications.Recipients;
using Herald.Notifications.Templates;
using Herald.TestKit.Time;

namespace Herald.Notifications.Tests.Running;

/// <summary>What becomes of posts that are not simply sent: later ones, expired ones, rules of recipients, other programs.</summary>
public sealed class WayTests
{
    private static readonly Guid First = Guid.Parse("0b8e7a52-93c1-4f0e-b1d5-3f6a0c9d0001"), Second = Guid.Parse("0b8e7a52-93c1-4f0e-b1d5-3f6a0c9d0002");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private const string ToAnna = """ "txt":"Hello","destination":"EMAIL","to":"anna@example.com" """;

    [Fact]
    public async Task What_is_dated_is_sent_at_its_time_also_after_a_restart_and_once()
    {
        var first = await NotificationsServer.StartAsync();
        var at = TimeOf(first, TimeSpan.FromHours(2));
        var post = $$""" "txt":"Later","destination":"EMAIL","notBefore":"{{at}}" """;
        (await first.PostAsync(First, post)).Is(201);
        await Until.HoldsAsync(async () => (await first.StatusAsync(First))["waits"] == "not-before", "it waits");
        (await first.PostAsync(Second)).Is(201);
        await first.UntilStatusAsync(Second, "PROCESSED");
        var channel = first.Channel;
        Assert.Single(channel.Tried);

        await using var second = await NotificationsServer.StartAsync(directory: await first.StopAsync(), channel: channel);
        (await second.PostAsync(First, post)).Is(200);
        second.Time.Advance(TimeSpan.FromHours(2.1));
        var sent = await second.UntilStatusAsync(First, "PROCESSED");
        Assert.Null(sent["waits"]);
        Assert.Equal(at, sent["notBefore"]);
        Assert.Equal(["Hello", "Later"], channel.Tried.Select(one => one.Message["text"]!.ToString()));
    }

    [Fact]
    public async Task What_cannot_be_sent_before_it_expires_is_EXPIRED()
    {
        await using var server = await NotificationsServer.StartAsync();
        server.Channel.Plan = _ => AttemptResult.NotTried("the provider is throttled", TimeSpan.FromMinutes(10));
        (await server.PostAsync(First, $$""" "txt":"Hello","destination":"EMAIL","expires":"{{TimeOf(server, TimeSpan.FromMinutes(1))}}" """)).Is(201);
        await Until.HoldsAsync(() => !server.Channel.Tried.IsEmpty, "it is tried");
        server.Time.Advance(TimeSpan.FromMinutes(3));
        Assert.NotNull((await server.UntilStatusAsync(First, "EXPIRED"))["settledAt"]);
    }

    [Fact]
    public async Task A_template_gives_the_texts()
    {
        await using var server = await NotificationsServer.StartAsync(NotificationsServer.Usual with
        {
            Templates = new Dictionary<string, TemplateOptions>
            {
                ["welcome"] = new() { Subject = "Welcome, {{name}}", Text = "Hello {{name}}", Html = "<p>Hello {{name}}</p>" },
            },
        });
        (await server.PostAsync(First, """ "destination":"EMAIL","template":"welcome","params":{"name":"<Anna>"} """)).Is(201);
        await server.UntilStatusAsync(First, "PROCESSED");
        var message = Assert.Single(server.Channel.Tried).Message;
        Assert.Equal(
            ("Welcome, <Anna>", "Hello <Anna>", "<p>Hello &lt;Anna&gt;</p>"),
            (message["subject"]!.ToString(), message["text"]!.ToString(), message["html"]!.ToString()));
    }

    [Fact]
    public async Task Html_without_a_text_gets_the_words_of_the_html()
    {
        await using var server = await NotificationsServer.StartAsync();
        (await server.PostAsync(First, """ "destination":"EMAIL","html":"<p>Fish &amp; chips</p>" """)).Is(201);
        await server.UntilStatusAsync(First, "PROCESSED");
        Assert.Equal("Fish & chips", Assert.Single(server.Channel.Tried).Message["text"]!.ToString());
    }

    [Fact]
    public async Task Another_program_gets_the_post_and_its_result_decides()
    {
        await using var server = await NotificationsServer.StartAsync();
        (await server.PostAsync(First, """ "txt":"Hello","destination":"PUSH","to":"token-of-a-device-0123456789abcdef0123456789" """)).Is(201);
        await Until.HoldsAsync(async () => (await server.StatusAsync(First))["handedOverAt"] is not null, "it is handed over");
        var (endpoint, message) = Assert.Single(server.Channel.Tried);
        Assert.Equal("kafka://main/outstanding-notifications", endpoint);
        Assert.Equal(($"{First}", "PUSH", "Hello"), (message["uuid"]!.ToString(), message["destination"]!.ToString(), message["txt"]!.ToString()));
        Assert.Equal("NOT_PROCESSED", (await server.StatusAsync(First))["status"]);
        (await server.PostAsync($"/v1/notifications/{First}/result", """{"status":"FAILED","detail":"no credit"}""")).Is(202);
        Assert.Equal("no credit", (await server.UntilStatusAsync(First, "FAILED"))["lastWords"]);
    }

    [Fact]
    public async Task A_person_is_reached_by_the_address_of_the_record()
    {
        await using var server = await NotificationsServer.StartAsync();
        const string ToPerson = """ "txt":"Hello","destination":"EMAIL","to":"user:42" """;
        (await server.PostAsync(First, ToPerson)).Is(201);
        Assert.Equal("no-record", (await server.UntilStatusAsync(First, "FAILED"))["reason"]);
        (await server.SendAsync(HttpMethod.Put, "/v1/recipients/user:42", """{"addresses":{"email":"anna@example.com"}}""")).Is(201);
        (await server.PostAsync(Second, ToPerson)).Is(201);
        await server.UntilStatusAsync(Second, "PROCESSED");
        var message = Assert.Single(server.Channel.Tried).Message;
        Assert.Equal(("anna@example.com", "Hello"), (message["to"]!.ToString(), message["text"]!.ToString()));
    }

    [Theory]
    [InlineData("opted-out", "opted-out")]
    [InlineData("complained", "suppressed")]
    public async Task Nothing_is_sent_to_a_suppressed_recipient_until_it_is_allowed(string reason, string told)
    {
        await using var server = await NotificationsServer.StartAsync();
        (await server.SendAsync(HttpMethod.Put, "/v1/suppressions/email:Anna@example.com", $$"""{"reason":"{{reason}}"}""")).Is(201);
        (await server.PostAsync(First, ToAnna + """ ,"priority":"high" """)).Is(201);
        Assert.Equal(told, (await server.UntilStatusAsync(First, "FAILED"))["reason"]);
        Assert.Empty(server.Channel.Tried);
        (await server.SendAsync(HttpMethod.Delete, "/v1/suppressions/email:anna@example.com")).Is(204);
        (await server.PostAsync(Second, ToAnna)).Is(201);
        await server.UntilStatusAsync(Second, "PROCESSED");
    }

    [Fact]
    public async Task An_address_that_is_gone_is_suppressed_by_itself_also_that_of_a_person()
    {
        await using var server = await NotificationsServer.StartAsync();
        server.Channel.Plan = _ => new AttemptResult
        {
            Outcome = AttemptOutcome.Rejected,
            Stage = AttemptStage.Response,
            Reason = "no such user",
            RecipientGone = true,
        };
        (await server.SendAsync(HttpMethod.Put, "/v1/recipients/user:42", """{"addresses":{"email":"anna@example.com"}}""")).Is(201);
        (await server.PostAsync(First, """ "txt":"Hello","destination":"EMAIL","to":"user:42" """)).Is(201);
        await server.UntilStatusAsync(First, "FAILED");
        await Until.HoldsAsync(
            async () => (await server.GetAsync("/v1/suppressions"))["items"]?.Contains("email:anna@example.com", StringComparison.Ordinal) == true,
            "the address is listed");
        Assert.Equal("bounced", (await server.GetAsync("/v1/suppressions/email:anna@example.com")).Is(200)["reason"]);
        (await server.PostAsync(Second, ToAnna)).Is(201);
        Assert.Equal("suppressed", (await server.UntilStatusAsync(Second, "FAILED"))["reason"]);
        Assert.Single(server.Channel.Tried);
    }

    [Theory]
    [InlineData(Excess.Drop)]
    [InlineData(Excess.Wait)]
    public async Task A_limit_makes_the_rest_wait_or_fail(Excess then)
    {
        await using var server = await NotificationsServer.StartAsync(NotificationsServer.Usual with
        {
            Limits = new Dictionary<string, LimitOptions> { ["email"] = new() { Most = 1, Within = TimeSpan.FromHours(1), Then = then } },
        });
        (await server.PostAsync(First, ToAnna)).Is(201);
        await server.UntilStatusAsync(First, "PROCESSED");
        (await server.PostAsync(Second, ToAnna)).Is(201);
        if (then == Excess.Drop)
        {
            Assert.Equal("rate", (await server.UntilStatusAsync(Second, "FAILED"))["reason"]);
            return;
        }
        await Until.HoldsAsync(async () => (await server.StatusAsync(Second))["waits"] == "rate", "it waits");
        var urgent = Guid.NewGuid();
        (await server.PostAsync(urgent, ToAnna + """ ,"priority":"high" """)).Is(201);
        await server.UntilStatusAsync(urgent, "PROCESSED");
        Assert.Equal("NOT_PROCESSED", (await server.StatusAsync(Second))["status"]);
        server.Time.Advance(TimeSpan.FromHours(1));
        Assert.Null((await server.UntilStatusAsync(Second, "PROCESSED"))["waits"]);
    }

    [Fact]
    public async Task Quiet_hours_of_a_person_are_waited_for()
    {
        await using var server = await NotificationsServer.StartAsync();
        var now = server.Time.GetUtcNow();
        (await server.SendAsync(
            HttpMethod.Put, "/v1/recipients/user:42",
            $$$"""{"addresses":{"email":"anna@example.com"},"zone":"UTC","quiet":{"from":"{{{now.AddHours(-1):HH:mm}}}","to":"{{{now.AddHours(2):HH:mm}}}"}}""")).Is(201);
        (await server.PostAsync(First, """ "txt":"Hello","destination":"EMAIL","to":"user:42" """)).Is(201);
        await Until.HoldsAsync(async () => (await server.StatusAsync(First))["waits"] == "quiet-hours", "it waits");
        (await server.PostAsync(Second, """ "txt":"Now","destination":"EMAIL","to":"user:42","priority":"high" """)).Is(201);
        await server.UntilStatusAsync(Second, "PROCESSED");
        server.Time.Advance(TimeSpan.FromHours(2.1));
        Assert.Null((await server.UntilStatusAsync(First, "PROCESSED"))["waits"]);
        Assert.Equal(["Now", "Hello"], server.Channel.Tried.Select(one => one.Message["text"]!.ToString()));
    }

    [Theory]
    [InlineData("notifications", "verdict", """{"uuid":"0b8e7a52-93c1-4f0e-b1d5-3f6a0c9d0001","kind":"dropped","at":"2026-01-01T00:00:00Z"}""")]
    [InlineData("notifications", "delivered", """{"topic":"notification-sends","attempts":1,"settledAt":"2026-01-01T00:00:00Z"}""")]
    [InlineData("notification-recipients", "ask", "{}")]
    public async Task What_only_Herald_makes_is_a_dead_letter_when_another_program_publishes_it(string topic, string type, string payload)
    {
        await using var server = await NotificationsServer.StartAsync();
        server.Channel.Plan = _ => AttemptResult.NotTried("later", TimeSpan.FromHours(1));
        (await server.PostAsync(First)).Is(201);
        var into = await server.Engine.Catalog.FindTopicAsync(topic, Cancel);
        using (var batch = server.Engine.Intake.Rent(into!))
        {
            Assert.Null(batch.Add(new EventDraft
            {
                Key = Encoding.UTF8.GetBytes(topic == "notifications" ? $"{First}" : "email:anna@example.com"),
                HasKey = true,
                Type = Encoding.UTF8.GetBytes(type),
                Payload = Encoding.UTF8.GetBytes(payload),
            }));
            await server.Engine.Intake.PublishAsync(batch, Cancel);
        }
        await Until.HoldsAsync(
            async () => (await server.GetAsync("/v1/dead-letters"))["items"]?.Contains("Only Herald itself makes such events", StringComparison.Ordinal) == true,
            "there is a dead letter");
        Assert.Equal("NOT_PROCESSED", (await server.StatusAsync(First))["status"]);
    }

    [Fact]
    public async Task A_destination_that_is_taken_out_of_the_settings_fails_what_waits_for_it_an_hour_later()
    {
        var first = await NotificationsServer.StartAsync();
        (await first.PostAsync(
            First, $$""" "txt":"Hello","destination":"SLACK","to":"C1","notBefore":"{{TimeOf(first, TimeSpan.FromHours(1))}}" """)).Is(201);
        await Until.HoldsAsync(async () => (await first.StatusAsync(First))["waits"] == "not-before", "it waits");
        await using var second = await NotificationsServer.StartAsync(
            NotificationsServer.Usual with
            {
                Destinations = new Dictionary<string, DestinationOptions> { ["email"] = NotificationsServer.Usual.Destinations["email"] },
            },
            await first.StopAsync());
        second.Time.Advance(TimeSpan.FromHours(1.1));
        await Until.HoldsAsync(async () => (await second.StatusAsync(First))["waits"] == "settings", "it waits for the settings");
        second.Time.Advance(TimeSpan.FromHours(1));
        var failed = await second.UntilStatusAsync(First, "FAILED");
        Assert.Equal("not-configured", failed["reason"]);
        Assert.Contains("notifications.destinations.slack", failed["lastWords"], StringComparison.Ordinal);
    }

    private static string TimeOf(NotificationsServer server, TimeSpan ahead) =>
        server.Time.GetUtcNow().Add(ahead).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
