using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Subscriptions;
using Herald.Hosting;
using Herald.Hosting.Access;

namespace Herald.Notifications.Tests.Running;

/// <summary>What the application makes of the settings at start: topics, subscriptions, addresses.</summary>
public sealed class PartTests
{
    private static CancellationToken Cancel => NotificationsServer.Cancel;

    [Fact]
    public async Task The_topics_are_closed()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        foreach (var topic in (string[])["notifications", "notification-recipients", "notification-sends"])
        {
            Assert.Equal("notifications", (await server.GetAsync($"/v1/topics/{topic}")).Is(200).Json["labels"]!["herald/closed"]!.ToString());
            (await server.PostAsync($"/v1/topics/{topic}/events", """{"type":"result","key":"a","payload":{}}""")).IsProblem(403, "topic-closed");
        }
    }

    [Fact]
    public async Task A_topic_that_was_there_is_closed_and_keeps_its_labels()
    {
        var first = await NotificationsServer.StartAsync(isDoorOnly: true);
        Assert.True((await first.Engine.Catalog.PutTopicAsync(
            "notifications", TextMap.Empty.With("team", "billing"), null, Cancel)).Done);
        await using var second = await NotificationsServer.StartAsync(isDoorOnly: true, directory: await first.StopAsync());
        Assert.Equal(
            """{"herald/closed":"notifications","team":"billing"}""",
            (await second.GetAsync("/v1/topics/notifications")).Is(200).Json["labels"]!.ToJsonString());
    }

    [Fact]
    public async Task Each_destination_has_a_subscription_for_each_priority_and_other_programs_have_one()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        var found = await server.Engine.Catalog.SubscriptionsAsync("notification-sends", 100, null, Cancel);
        Assert.Equal(
            [
                "notifications-email test://mail destination=email priority=normal",
                "notifications-email-high test://mail destination=email priority=high",
                "notifications-outstanding kafka://main/outstanding-notifications destination=push",
                "notifications-slack test://chat destination=slack priority=normal",
                "notifications-slack-high test://chat destination=slack priority=high",
            ],
            found.Items.Select(Describe));
        Assert.All(found.Items, one => Assert.Equal(new ReportRequest("notifications", ReportKinds.Ends), one.Reports));
        Assert.All(found.Items, one => Assert.Equal(OnExhausted.DeadLetter, one.Retry.OnExhausted));
    }

    [Fact]
    public async Task The_settings_give_a_new_subscription_its_limits_and_operators_change_them()
    {
        var options = Email(new()
        {
            Endpoint = new("test://mail"),
            DefaultTo = "office@example.com",
            MaxInFlight = 7,
            RatePerSecond = 5,
            Timeout = TimeSpan.FromSeconds(20),
            MaxAge = TimeSpan.FromHours(6),
        });
        var first = await NotificationsServer.StartAsync(options, isDoorOnly: true);
        var made = await FindAsync(first, "notifications-email");
        Assert.Equal((7, 5d, TimeSpan.FromSeconds(20)), (made.Limits.MaxInFlight, made.Limits.RatePerSecond, made.Limits.Timeout));
        Assert.Equal(TimeSpan.FromHours(6), made.Retry.MaxAge);
        Assert.True((await first.Engine.Catalog.PutSubscriptionAsync(
            new()
            {
                Id = made.Id,
                Topic = made.Topic,
                Endpoint = "test://mail",
                Filter = made.Filter,
                Reports = made.Reports,
                Limits = made.Limits with { MaxInFlight = 3 },
                Retry = made.Retry with { MaxAttempts = 4 },
            },
            new StartFrom.Now(), null, Cancel)).Done);
        Assert.True((await first.Engine.Catalog.PauseAsync(made.Id, Cancel)).Done);

        await using var second = await NotificationsServer.StartAsync(options, isDoorOnly: true, directory: await first.StopAsync());
        var kept = await FindAsync(second, "notifications-email");
        Assert.Equal((3, 4, SubscriptionStatus.Paused), (kept.Limits.MaxInFlight, kept.Retry.MaxAttempts, kept.Status));
    }

    [Fact]
    public async Task The_settings_own_endpoint_filter_and_reports_and_the_log_says_so()
    {
        var first = await NotificationsServer.StartAsync(isDoorOnly: true);
        var there = await FindAsync(first, "notifications-email");
        Assert.True((await first.Engine.Catalog.PutSubscriptionAsync(
            new() { Id = there.Id, Topic = there.Topic, Endpoint = "test://elsewhere", Limits = there.Limits with { MaxInFlight = 3 } },
            new StartFrom.Now(), null, Cancel)).Done);
        var directory = await first.StopAsync();

        var lines = new LinesKept();
        await using var second = await NotificationsServer.StartAsync(isDoorOnly: true, directory: directory, logging: lines);
        var now = await FindAsync(second, "notifications-email");
        Assert.Equal("notifications-email test://mail destination=email priority=normal", Describe(now));
        Assert.Equal(new ReportRequest("notifications", ReportKinds.Ends), now.Reports);
        Assert.Equal(3, now.Limits.MaxInFlight);
        Assert.Contains(
            lines.All, line => line.Contains("notifications-email now sends to test://mail instead of test://elsewhere", StringComparison.Ordinal));
        Assert.Contains(lines.All, line => line.Contains("The filter of subscription notifications-email was changed", StringComparison.Ordinal));
        Assert.Contains(lines.All, line => line.Contains("did not report to topic notifications", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_destination_that_is_gone_gets_nothing_new_and_can_come_back()
    {
        var directory = await (await NotificationsServer.StartAsync(isDoorOnly: true)).StopAsync();
        var lines = new LinesKept();
        var onlyEmail = Email(new() { Endpoint = new("test://mail") });
        var second = await NotificationsServer.StartAsync(onlyEmail, isDoorOnly: true, directory: directory, logging: lines);
        Assert.Equal("notifications-slack test://chat destination=none", Describe(await FindAsync(second, "notifications-slack")));
        Assert.Equal(
            "notifications-outstanding kafka://main/outstanding-notifications destination=none",
            Describe(await FindAsync(second, "notifications-outstanding")));
        Assert.Contains(
            lines.All,
            line => line.Contains("notifications.destinations.slack is no longer set, so subscription notifications-slack gets no more", StringComparison.Ordinal));
        (await second.PostAsync(Guid.NewGuid(), """ "txt":"Hello","destination":"SLACK" """))
            .IsProblem(400, "invalid-request", "/destination", "Set notifications.destinations.slack.");

        await using var third = await NotificationsServer.StartAsync(isDoorOnly: true, directory: await second.StopAsync());
        Assert.Equal("notifications-slack test://chat destination=slack priority=normal", Describe(await FindAsync(third, "notifications-slack")));
    }

    [Fact]
    public async Task A_start_that_changes_nothing_writes_nothing()
    {
        var first = await NotificationsServer.StartAsync(isDoorOnly: true);
        var before = (await FindAsync(first, "notifications-email")).Version;
        await using var second = await NotificationsServer.StartAsync(isDoorOnly: true, directory: await first.StopAsync());
        Assert.Equal(before, (await FindAsync(second, "notifications-email")).Version);
    }

    public static TheoryData<NotificationsOptions, string> WrongSettings => new()
    {
        { Email(new() { Endpoint = new("test://wrong") }), "notifications.destinations.email.endpoint = 'test://wrong'" },
        { Email(new() { Endpoint = new("nothing://x") }), "notifications.destinations.email.endpoint = 'nothing://x'" },
        { Email(new() { Endpoint = new("test://mail"), Timeout = TimeSpan.FromHours(1) }), "notifications.destinations.email.timeout = '1h'" },
        { Email(new() { Endpoint = new("test://mail"), DefaultTo = "no address" }), "notifications.destinations.email.defaultTo = 'no address'" },
        { Email(new() { Endpoint = new("test://mail"), DefaultTo = "user:a/b" }), "notifications.destinations.email.defaultTo = 'user:a/b'" },
        { NotificationsServer.Usual with { KeepFor = TimeSpan.FromHours(2) }, "notifications.keepFor = '2h': The store remembers ids for 1d" },
        { NotificationsServer.Usual with { Front = NotificationsFront.Kafka }, "notifications.kafkaCluster = 'main': There is no such cluster" },
    };

    [Theory]
    [MemberData(nameof(WrongSettings))]
    public async Task Settings_that_cannot_work_end_the_start_and_are_named(NotificationsOptions options, string expected)
    {
        var failure = await Assert.ThrowsAsync<ServerStartException>(() => NotificationsServer.StartAsync(options, isDoorOnly: true));
        Assert.StartsWith(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_that_are_too_small_for_notifications_end_the_start()
    {
        var failure = await Assert.ThrowsAsync<ServerStartException>(() => NotificationsServer.StartAsync(
            isDoorOnly: true, with: options => options.With<IntakeOptions>(intake => intake with { MaxPayloadBytes = 1000 })));
        Assert.Contains("Set intake.maxPayloadBytes to 16384 or more", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_address_demands_its_scope()
    {
        await using var server = await NotificationsServer.StartAsync();
        var own = server.Routes.All.Where(route => !IsOfServer(route.RoutePattern.RawText!)).Select(route =>
        {
            var method = route.Metadata.GetMetadata<Microsoft.AspNetCore.Routing.HttpMethodMetadata>()!.HttpMethods[0];
            return $"{method} {route.RoutePattern.RawText}: {ScopeNames.Of(route.Metadata.GetMetadata<ScopeDemand>()!.Scope)}";
        });
        Assert.Equal(
            [
                "DELETE /v1/recipients/{recipient}: subscribe",
                "DELETE /v1/suppressions/{recipient}: operate",
                "GET /notification/{uuid}: read",
                "GET /notifications: read",
                "GET /v1/notifications/: read",
                "GET /v1/notifications/counts: read",
                "GET /v1/notifications/{uuid}: read",
                "GET /v1/recipients/{recipient}: read",
                "GET /v1/suppressions/: operate",
                "GET /v1/suppressions/{recipient}: operate",
                "POST /notification: publish",
                "POST /notifications: publish",
                "POST /v1/notifications/: publish",
                "POST /v1/notifications/{uuid}/redrive: operate",
                "POST /v1/notifications/{uuid}/result: publish",
                "PUT /v1/recipients/{recipient}: subscribe",
                "PUT /v1/suppressions/{recipient}: operate",
            ],
            own.Order(StringComparer.Ordinal));
    }

    private static bool IsOfServer(string path) =>
        !path.StartsWith("/notification", StringComparison.Ordinal) && !path.StartsWith("/v1/notification", StringComparison.Ordinal)
        && !path.StartsWith("/v1/recipients", StringComparison.Ordinal) && !path.StartsWith("/v1/suppressions", StringComparison.Ordinal);

    private static NotificationsOptions Email(DestinationOptions email) =>
        new() { Destinations = new Dictionary<string, DestinationOptions> { ["email"] = email } };

    private static async Task<Subscription> FindAsync(NotificationsServer server, string id) =>
        await server.Engine.Catalog.FindSubscriptionAsync(id, Cancel) ?? throw new InvalidOperationException($"There is no subscription {id}.");

    private static string Describe(Subscription one)
    {
        var filter = string.Join(' ', one.Filter.Clauses.Select(clause => $"{clause.Attribute}={string.Join(',', clause.Values)}"));
        return $"{one.Id} {one.Endpoint.Address.OriginalString} {filter}";
    }
}
