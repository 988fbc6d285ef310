using System.Collections.Concurrent;
using System.Text;
using Herald.Email;
using Herald.Engine.Channels;
using Herald.Journal;
using Herald.LocalServers.Mail;
using Herald.TestKit.Http;
using Herald.TestKit.Time;

namespace Herald.Notifications.Tests.Running;

/// <summary>The whole way of notifications, from the post to what the API says of them.</summary>
public sealed class StatusTests
{
    private static readonly Guid Uuid = Guid.Parse("0b8e7a52-93c1-4f0e-b1d5-3f6a0c9d0007");

    [Fact]
    public async Task A_mail_is_sent_once_and_PROCESSED()
    {
        var taken = new ConcurrentQueue<ReceivedMail>();
        await using var mail = new LocalMailServer(new() { Taken = taken.Enqueue });
        await using var server = await StartWithMailAsync(mail);
        (await server.PostAsync(Uuid, """ "txt":"The disk is full.","subject":"Disk","destination":"EMAIL","to":"anna@example.com" """)).Is(201);
        var done = await server.UntilStatusAsync(Uuid, "PROCESSED");
        Assert.Equal(("EMAIL", "anna@example.com", "1"), (done["destination"], done["to"], done["attempts"]));
        Assert.NotNull(done["firstAttemptAt"]);
        Assert.NotNull(done["settledAt"]);
        Assert.Null(done["reason"]);
        var (known, text) = (await server.PostAsync(Uuid, """ "txt":"The disk is full.","subject":"Disk","destination":"EMAIL","to":"anna@example.com" """), $"{Uuid}");
        Assert.Equal("PROCESSED", known.Is(200)["status"]);
        var received = Assert.Single(taken);
        Assert.Equal(["anna@example.com"], received.Recipients);
        Assert.Contains(text, Encoding.UTF8.GetString(received.Content), StringComparison.Ordinal);
        Assert.Contains("The disk is full.", Encoding.UTF8.GetString(received.Content), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_recipient_the_destinations_own_one_gets_it()
    {
        var taken = new ConcurrentQueue<ReceivedMail>();
        await using var mail = new LocalMailServer(new() { Taken = taken.Enqueue });
        await using var server = await StartWithMailAsync(mail);
        (await server.PostAsync(Uuid)).Is(201);
        Assert.Null((await server.UntilStatusAsync(Uuid, "PROCESSED"))["to"]);
        Assert.Equal(["office@example.com"], Assert.Single(taken).Recipients);
    }

    [Fact]
    public async Task A_permanent_failure_is_FAILED_with_the_providers_words_and_can_be_sent_again()
    {
        var (isRefused, taken) = (true, new ConcurrentQueue<ReceivedMail>());
        await using var mail = new LocalMailServer(new()
        {
            Taken = taken.Enqueue,
            Plan = step => Volatile.Read(ref isRefused) && step.Stage == MailStage.Recipient
                ? new MailAnswer.Say(550, "5.1.1 No such user") : null,
        });
        await using var server = await StartWithMailAsync(mail);
        (await server.PostAsync(Uuid)).Is(201);
        var failed = await server.UntilStatusAsync(Uuid, "FAILED");
        Assert.Contains("5.1.1 No such user", failed["lastWords"], StringComparison.Ordinal);
        Assert.NotNull(failed["reason"]);
        Assert.Equal("FAILED", (await server.PostAsync(Uuid)).Is(200)["status"]);

        Volatile.Write(ref isRefused, false);
        Assert.Equal("FAILED", (await server.SendAsync(HttpMethod.Post, $"/v1/notifications/{Uuid}/redrive")).Is(202)["status"]);
        await server.UntilStatusAsync(Uuid, "PROCESSED");
        Assert.Contains(taken, one => Encoding.UTF8.GetString(one.Content).Contains($"{Uuid}", StringComparison.Ordinal));
        (await server.SendAsync(HttpMethod.Post, $"/v1/notifications/{Uuid}/redrive")).IsProblem(409, "not-redrivable");
    }

    [Fact]
    public async Task A_redrive_without_a_dead_letter_says_why()
    {
        var channel = new ScriptedChannel { Plan = _ => Rejected("no such room") };
        await using var server = await NotificationsServer.StartAsync(channel: channel);
        (await server.PostAsync(Uuid)).Is(201);
        Assert.Contains("no such room", (await server.UntilStatusAsync(Uuid, "FAILED"))["lastWords"], StringComparison.Ordinal);
        (await server.PostAsync("/v1/dead-letters/discard", """{"all":true}""")).Is(200);
        var refused = (await server.SendAsync(HttpMethod.Post, $"/v1/notifications/{Uuid}/redrive")).IsProblem(409, "not-redrivable");
        Assert.Contains("discarded", refused["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_post_is_found_from_the_answer_on()
    {
        await using var server = await NotificationsServer.StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            var uuid = Guid.NewGuid();
            (await server.PostAsync(uuid)).Is(201);
            string? status;
            do
            {
                status = (await server.StatusAsync(uuid)).Is(200)["status"];
                Assert.True(status is "NOT_PROCESSED" or "PROCESSED", status);
            }
            while (status != "PROCESSED");
        }));
        Assert.Equal(50, server.Channel.Tried.Count);
    }

    [Fact]
    public async Task A_conflict_is_counted_nowhere_but_at_its_uuid_and_statuses_outlive_a_restart()
    {
        var first = await NotificationsServer.StartAsync();
        (await first.PostAsync(Uuid)).Is(201);
        await first.UntilStatusAsync(Uuid, "PROCESSED");
        await using var second = await NotificationsServer.StartAsync(directory: await first.StopAsync());
        Assert.Equal("PROCESSED", (await second.StatusAsync(Uuid)).Is(200)["status"]);
        Assert.Equal("PROCESSED", (await second.PostAsync(Uuid)).Is(200)["status"]);
        (await second.PostAsync(Uuid, """ "txt":"Bye","destination":"EMAIL" """)).IsProblem(409, "uuid-conflict");
        Assert.Empty(second.Channel.Tried);
    }

    [Fact]
    public async Task A_uuid_that_the_store_has_forgotten_is_known_from_the_tables()
    {
        await using var server = await NotificationsServer.StartAsync(
            with: options => options.With<JournalOptions>(journal => journal with { ShardCount = 1, DuplicateEntries = 100 }));
        // With so many rows, the first ones are in a table.
        var uuids = Enumerable.Range(0, 9000).Select(_ => Guid.NewGuid()).ToList();
        (await server.PostAsync("/notifications", string.Join('\n', uuids.Select(uuid => NotificationsServer.Post(uuid))), "application/x-ndjson")).Is(201);
        await server.UntilStatusAsync(uuids[^1], "PROCESSED");
        await server.UntilStatusAsync(uuids[0], "PROCESSED");
        // The door looks at the directories once in a second.
        server.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("PROCESSED", (await server.PostAsync(uuids[0])).Is(200)["status"]);
        (await server.PostAsync(uuids[1], """ "txt":"Bye","destination":"EMAIL" """)).IsProblem(409, "uuid-conflict");
        var mixed = (await server.PostAsync("/notifications", $"[{NotificationsServer.Post(uuids[2])},{NotificationsServer.Post(Guid.NewGuid())}]")).Is(200);
        Assert.Equal(["same", "new"], mixed.Results.Select(result => result!["outcome"]!.ToString()));
        await Until.HoldsAsync(
            async () => (await server.GetAsync("/v1/notifications/counts")).Is(200).Json["counts"]!["EMAIL"]!["PROCESSED"]!.GetValue<long>() == 9001,
            "all are PROCESSED, each once");
        Assert.Equal(9001, server.Channel.Tried.Count);
    }

    [Fact]
    public async Task A_list_shows_each_notification_once_while_statuses_change()
    {
        var isOpen = false;
        var channel = new ScriptedChannel
        {
            Plan = _ => Volatile.Read(ref isOpen) ? AttemptResult.Delivered
                : AttemptResult.NotTried("the test waits", TimeSpan.FromMilliseconds(20)),
        };
        await using var server = await NotificationsServer.StartAsync(channel: channel);
        var posted = new HashSet<string>();
        for (var at = 0; at < 60; at++)
        {
            var uuid = Guid.NewGuid();
            (await server.PostAsync(uuid)).Is(201);
            posted.Add($"{uuid}");
        }
        await Until.HoldsAsync(async () => (await ListAsync(server, "limit=1000")).Items.Count == 60, "the application has read all posts");

        var (seen, cursor) = (new List<(string Uuid, string AcceptedAt)>(), "");
        do
        {
            var page = await ListAsync(server, $"limit=7{cursor}");
            seen.AddRange(page.Items.Select(item => (item!["uuid"]!.ToString(), item["acceptedAt"]!.ToString())));
            // Between two pages, some become PROCESSED and others come.
            Volatile.Write(ref isOpen, true);
            (await server.PostAsync(Guid.NewGuid())).Is(201);
            cursor = page["nextCursor"] is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);
        Assert.Equal(posted.Order(StringComparer.Ordinal), seen.Select(one => one.Uuid).Where(posted.Contains).Order(StringComparer.Ordinal));
        Assert.Equal(seen.Select(one => one.AcceptedAt).OrderDescending(StringComparer.Ordinal), seen.Select(one => one.AcceptedAt));
    }

    [Fact]
    public async Task A_list_is_chosen_by_status_destination_recipient_and_time()
    {
        var channel = new ScriptedChannel
        {
            Plan = attempt => attempt.Subscription.Endpoint.Address.Host == "chat" ? Rejected("no such room") : AttemptResult.Delivered,
        };
        await using var server = await NotificationsServer.StartAsync(channel: channel);
        var (mail, other, chat) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        (await server.PostAsync(mail, """ "txt":"Hello","destination":"EMAIL","to":"anna@example.com" """)).Is(201);
        (await server.PostAsync(other, """ "txt":"Hello","destination":"EMAIL","to":"bert@example.com" """)).Is(201);
        (await server.PostAsync(chat, """ "txt":"Hello","destination":"SLACK","to":"C1" """)).Is(201);
        await server.UntilStatusAsync(mail, "PROCESSED");
        await server.UntilStatusAsync(other, "PROCESSED");
        var failed = await server.UntilStatusAsync(chat, "FAILED");

        Assert.Equal([chat], await UuidsAsync(server, "status=failed"));
        Assert.Equal([mail, other], await UuidsAsync(server, "status=PROCESSED"));
        Assert.Equal([chat], await UuidsAsync(server, "destination=SLACK"));
        Assert.Equal([mail], await UuidsAsync(server, "recipient=anna%40example.com"));
        Assert.Empty(await UuidsAsync(server, "recipient=nobody%40example.com"));
        Assert.Equal([mail, other, chat], await UuidsAsync(server, "to=2100-01-01T00:00:00Z"));
        Assert.Empty(await UuidsAsync(server, "from=2100-01-01T00:00:00Z"));
        Assert.Contains(chat, await UuidsAsync(server, $"from={failed["acceptedAt"]}&to={failed["acceptedAt"]}"));
        Assert.Equal((await server.GetAsync("/notifications?limit=2")).Is(200).Text, (await server.GetAsync("/v1/notifications?limit=2")).Is(200).Text);

        var counts = (await server.GetAsync("/v1/notifications/counts")).Is(200).Json["counts"]!;
        Assert.Equal("""{"NOT_PROCESSED":0,"PROCESSED":2,"FAILED":0,"EXPIRED":0}""", counts["EMAIL"]!.ToJsonString());
        Assert.Equal("""{"NOT_PROCESSED":0,"PROCESSED":0,"FAILED":1,"EXPIRED":0}""", counts["SLACK"]!.ToJsonString());
    }

    [Theory]
    [InlineData("status=done", "?status")]
    [InlineData("destination=FAX", "?destination")]
    [InlineData("recipient=", "?recipient")]
    [InlineData("from=yesterday", "?from")]
    [InlineData("to=2026-01-31", "?to")]
    [InlineData("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "?to")]
    [InlineData("limit=0", "?limit")]
    [InlineData("limit=1001", "?limit")]
    [InlineData("cursor=17", "?cursor")]
    public async Task A_list_says_what_is_wrong_with_its_query(string query, string pointer)
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        (await server.GetAsync($"/v1/notifications?{query}")).IsProblem(400, "invalid-request", pointer);
    }

    [Fact]
    public async Task What_another_program_sends_gets_its_result_by_a_request()
    {
        await using var server = await NotificationsServer.StartAsync();
        (await server.PostAsync(Uuid, """ "txt":"Hello","destination":"PUSH","to":"device" """)).Is(201);
        await Until.HoldsAsync(async () => (await server.StatusAsync(Uuid)).Is(200)["handedOverAt"] is not null, "the other program has it");
        var (endpoint, message) = Assert.Single(server.Channel.Tried);
        Assert.Equal("kafka://main/outstanding-notifications", endpoint);
        Assert.Equal((Uuid.ToString(), "PUSH", "Hello"), (message["uuid"]!.ToString(), message["destination"]!.ToString(), message["txt"]!.ToString()));
        Assert.Equal("NOT_PROCESSED", (await server.StatusAsync(Uuid))["status"]);

        var path = $"/v1/notifications/{Uuid}/result";
        (await server.PostAsync(path, """{"status":"FAILED","detail":"no such device"}""")).Is(202);
        Assert.Equal("no such device", (await server.UntilStatusAsync(Uuid, "FAILED"))["lastWords"]);
        (await server.PostAsync(path, """{"status":"FAILED","detail":"no such device"}""")).Is(200);
        (await server.PostAsync(path, """{"status":"PROCESSED"}""")).IsProblem(409, "already-settled");
        (await server.SendAsync(HttpMethod.Post, $"/v1/notifications/{Uuid}/redrive")).IsProblem(409, "not-redrivable");
    }

    private static async Task<Answer> ListAsync(NotificationsServer server, string query) =>
        (await server.GetAsync($"/v1/notifications?{query}")).Is(200);

    private static async Task<IEnumerable<Guid>> UuidsAsync(NotificationsServer server, string query) =>
        // From the oldest to the newest; posts of one millisecond are in the order of their shards.
        (await ListAsync(server, query)).Items.Select(item => Guid.Parse(item!["uuid"]!.ToString())).Reverse().ToList();

    private static AttemptResult Rejected(string reason) =>
        new() { Outcome = AttemptOutcome.Rejected, Stage = AttemptStage.Response, Reason = reason };

    private static Task<NotificationsServer> StartWithMailAsync(LocalMailServer mail) => NotificationsServer.StartAsync(
        NotificationsServer.Usual with
        {
            Destinations = new Dictionary<string, DestinationOptions>
            {
                ["email"] = new() { Endpoint = new("email://main"), DefaultTo = "office@example.com" },
            },
        },
        with: options => options.With<EmailOptions>(email => email with
        {
            Providers = new Dictionary<string, EmailProviderOptions>
            {
                ["main"] = new()
                {
                    Host = "127.0.0.1",
                    Port = mail.Port,
                    From = "herald@example.com",
                    Security = MailSecurity.None,
                    PrivateNetwork = true,
                },
            },
        }));
}
