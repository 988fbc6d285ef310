using Herald.Engine.Channels;
using Herald.LocalServers.Posts;
using Herald.Posts.Definitions;

namespace Herald.Posts.Tests;

/// <summary>Every preset against the fake of its service, with every answer that the fake can be told to give.</summary>
public sealed class PresetTests
{
    /// <summary>What the answers mean, in the order of <see cref="Answers"/>.</summary>
    private static readonly Dictionary<string, string> Expected = new()
    {
        ["slack"] = "delivered throttled throttled rejected troubled troubled delivered unclear unclear",
        ["slack-webhook"] = "delivered throttled throttled troubled troubled troubled unclear unclear unclear",
        ["discord"] = "delivered throttled throttled troubled troubled troubled delivered unclear unclear",
        // A workflow answers with 202 and nothing else, so half of that is no answer.
        ["teams"] = "delivered throttled throttled troubled troubled troubled troubled delivered delivered",
        ["pagerduty"] = "delivered throttled throttled troubled troubled troubled delivered unclear unclear",
        ["ntfy"] = "delivered throttled throttled rejected troubled troubled delivered unclear unclear",
        ["telegram"] = "delivered throttled throttled rejected troubled troubled delivered unclear unclear",
    };

    private static readonly PlannedAnswer[] Answers =
    [
        PlannedAnswer.Judged, PlannedAnswer.Throttled, PlannedAnswer.ThrottledUntilDate, PlannedAnswer.BadRecipient, PlannedAnswer.BadToken,
        PlannedAnswer.Unavailable, PlannedAnswer.Half, PlannedAnswer.Page, PlannedAnswer.Huge,
    ];

    public static TheoryData<string, PlannedAnswer, string> Meanings
    {
        get
        {
            var data = new TheoryData<string, PlannedAnswer, string>();
            foreach (var (preset, meanings) in Expected)
            {
                foreach (var (answer, meaning) in Answers.Zip(meanings.Split(' ')))
                    data.Add(preset, answer, meaning);
            }
            return data;
        }
    }

    public static TheoryData<string> AllPresets => [.. PresetCase.Names];

    [Fact]
    public void Every_preset_is_tested() => Assert.Equal(Presets.Posts.Names, PresetCase.Names.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Meanings))]
    public async Task An_answer_means_what_the_vendor_says(string preset, PlannedAnswer answer, string meaning)
    {
        await using var place = new PostPlace();
        var one = PresetCase.Of(preset);
        await using var fake = await FakeProvider.StartAsync(one.Create(), PostPlace.TestEnd);
        fake.ThrottledUntil = place.Clock.GetUtcNow().AddSeconds(90);
        fake.Plan(answer);
        var channel = place.Channel(("main", one.Options(fake)));

        var result = await place.TryAsync(channel, one.Endpoint, new { subject = "Disk", text = "The disk is full." });

        Assert.Equal(meaning, MeaningOf(result));
        Assert.DoesNotContain('\n', result.Reason);
        Assert.Equal(result.Outcome == AttemptOutcome.Delivered, result.Reason.Length == 0);
        AssertNoSecret(result);
        if (answer == PlannedAnswer.Throttled)
            Assert.InRange(result.RetryAfter!.Value, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30.25));
        if (answer == PlannedAnswer.ThrottledUntilDate)
            Assert.Equal(TimeSpan.FromSeconds(90), result.RetryAfter);
        if (answer == PlannedAnswer.Judged)
            Assert.Single(fake.Accepted);

        // Whatever it was, a later attempt succeeds.
        place.Clock.Advance(TimeSpan.FromSeconds(91));
        Assert.Equal("delivered", MeaningOf(await place.TryAsync(channel, one.Endpoint, new { text = "The disk is full again." })));
        Assert.EndsWith("full again.", fake.Accepted.Last().Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(AllPresets))]
    public async Task A_service_that_is_silent_ends_the_attempt_at_its_time_out(string preset)
    {
        await using var place = new PostPlace();
        var one = PresetCase.Of(preset);
        await using var fake = await FakeProvider.StartAsync(one.Create(), PostPlace.TestEnd);
        fake.Plan(PlannedAnswer.Silence);
        var channel = place.Channel(("main", one.Options(fake)));

        var attempt = place.TryAsync(channel, one.Endpoint, new { text = "Hello" }, TimeSpan.FromSeconds(20));
        await fake.Calls.ReadAsync(PostPlace.TestEnd);
        place.Clock.Advance(TimeSpan.FromSeconds(20));

        var result = await attempt;
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Wait, true), (result.Outcome, result.Stage, result.EndpointTroubled));
        Assert.Equal(TimeSpan.FromSeconds(20), result.Duration);
        AssertNoSecret(result);
    }

    [Theory]
    [MemberData(nameof(AllPresets))]
    public async Task A_message_without_a_subject_has_no_empty_line(string preset)
    {
        await using var place = new PostPlace();
        var one = PresetCase.Of(preset);
        await using var fake = await FakeProvider.StartAsync(one.Create(), PostPlace.TestEnd);
        var channel = place.Channel(("main", one.Options(fake)));

        var result = await place.TryAsync(channel, one.Endpoint, new { text = "first\nsecond" });

        Assert.Equal("", result.Reason);
        Assert.Equal("first\nsecond", Assert.Single(fake.Accepted).Text);
    }

    [Theory]
    [InlineData("slack")]
    [InlineData("ntfy")]
    [InlineData("telegram")]
    public async Task A_recipient_of_another_form_never_reaches_the_service(string preset)
    {
        await using var place = new PostPlace();
        var one = PresetCase.Of(preset);
        await using var fake = await FakeProvider.StartAsync(one.Create(), PostPlace.TestEnd);
        var channel = place.Channel(("main", one.Options(fake)));
        foreach (var to in new[] { "../..", "a b", "a,b", "<!channel>", "x\"}", "é", new string('x', 500), " ", "@a/b" })
        {
            var result = await place.TryAsync(channel, "post://main", new { text = "Hello", to });
            Assert.Equal(AttemptOutcome.Rejected, result.Outcome);
            Assert.Contains("to '", result.Reason, StringComparison.Ordinal);
        }
        Assert.False(fake.Calls.TryRead(out _));

        var missing = await place.TryAsync(channel, "post://main", new { text = "Hello" });
        Assert.Equal(AttemptOutcome.Rejected, missing.Outcome);
        Assert.Contains("A recipient is missing", missing.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("slack-webhook")]
    [InlineData("discord")]
    [InlineData("teams")]
    [InlineData("pagerduty")]
    public async Task A_recipient_that_a_service_cannot_honour_is_refused(string preset)
    {
        await using var place = new PostPlace();
        var one = PresetCase.Of(preset);
        await using var fake = await FakeProvider.StartAsync(one.Create(), PostPlace.TestEnd);

        var result = await place.TryAsync(place.Channel(("main", one.Options(fake))), "post://main", new { text = "Hello", to = "#other" });

        Assert.Equal(AttemptOutcome.Rejected, result.Outcome);
        Assert.Contains("no recipients", result.Reason, StringComparison.Ordinal);
        Assert.False(fake.Calls.TryRead(out _));
    }

    [Theory]
    [InlineData("slack", 40_000, "characters of UTF-16")]
    [InlineData("slack-webhook", 40_000, "characters of UTF-16")]
    [InlineData("discord", 2000, "characters")]
    [InlineData("ntfy", 4096, "bytes of UTF-8")]
    [InlineData("telegram", 4096, "characters")]
    public async Task A_text_that_is_too_long_is_refused_with_its_length_and_one_that_just_fits_is_sent(
        string preset, int most, string unit)
    {
        await using var place = new PostPlace();
        var one = PresetCase.Of(preset);
        await using var fake = await FakeProvider.StartAsync(one.Create(), PostPlace.TestEnd);
        var channel = place.Channel(("main", one.Options(fake)));

        var fits = await place.TryAsync(channel, one.Endpoint, new { text = new string('x', most) });
        var exceeds = await place.TryAsync(channel, one.Endpoint, new { text = new string('x', most + 1) });

        Assert.Equal(AttemptOutcome.Delivered, fits.Outcome);
        Assert.Equal(AttemptOutcome.Rejected, exceeds.Outcome);
        Assert.Contains($"{most + 1:N0} {unit} with", exceeds.Reason, StringComparison.Ordinal);
        Assert.Single(fake.Accepted);
    }

    [Theory]
    [InlineData("slack", "😀", 20_000)]
    [InlineData("slack-webhook", "😀", 20_000)]
    [InlineData("discord", "😀", 2000)]
    [InlineData("ntfy", "ё", 2048)]
    [InlineData("telegram", "😀", 4096)]
    public async Task A_text_is_measured_as_its_service_counts(string preset, string character, int most)
    {
        await using var place = new PostPlace();
        var one = PresetCase.Of(preset);
        await using var fake = await FakeProvider.StartAsync(one.Create(), PostPlace.TestEnd);
        var channel = place.Channel(("main", one.Options(fake)));
        var text = string.Concat(Enumerable.Repeat(character, most));

        var fits = await place.TryAsync(channel, one.Endpoint, new { text });
        var exceeds = await place.TryAsync(channel, one.Endpoint, new { text = text + character });

        Assert.Equal("", fits.Reason);
        Assert.Equal(text, Assert.Single(fake.Accepted).Text);
        Assert.Equal(AttemptOutcome.Rejected, exceeds.Outcome);
    }

    [Theory]
    [InlineData("slack", 40_000)]
    [InlineData("slack-webhook", 40_000)]
    [InlineData("discord", 2000)]
    [InlineData("telegram", 4096)]
    public async Task A_subject_above_the_text_counts_too(string preset, int most)
    {
        await using var place = new PostPlace();
        var one = PresetCase.Of(preset);
        await using var fake = await FakeProvider.StartAsync(one.Create(), PostPlace.TestEnd);
        var channel = place.Channel(("main", one.Options(fake)));
        var left = most - "Disk\n".Length;

        var fits = await place.TryAsync(channel, one.Endpoint, new { subject = "Disk", text = new string('x', left) });
        var exceeds = await place.TryAsync(channel, one.Endpoint, new { subject = "Disk", text = new string('x', left + 1) });

        Assert.Equal("", fits.Reason);
        Assert.Equal(most, Assert.Single(fake.Accepted).Text.Length);
        Assert.Equal((AttemptOutcome.Rejected, AttemptStage.Guard), (exceeds.Outcome, exceeds.Stage));
    }

    [Fact]
    public async Task A_card_that_Teams_would_take_and_lose_is_refused()
    {
        await using var place = new PostPlace();
        var one = PresetCase.Of("teams");
        await using var fake = await FakeProvider.StartAsync(one.Create(), PostPlace.TestEnd);
        var channel = place.Channel(("main", one.Options(fake)));

        var fits = await place.TryAsync(channel, one.Endpoint, new { text = new string('x', (28 * 1024) - 500) });
        var exceeds = await place.TryAsync(channel, one.Endpoint, new { text = new string('x', 28 * 1024) });

        Assert.Equal("", fits.Reason);
        Assert.Equal((AttemptOutcome.Rejected, AttemptStage.Guard), (exceeds.Outcome, exceeds.Stage));
        Assert.Contains($"The provider takes {28 * 1024:N0} at most", exceeds.Reason, StringComparison.Ordinal);
        Assert.Single(fake.Accepted);
    }

    [Fact]
    public async Task A_webhook_of_a_forum_needs_a_thread_in_its_address()
    {
        await using var place = new PostPlace();
        await using var fake = await FakeProvider.StartAsync(new FakeDiscord { IsForum = true }, PostPlace.TestEnd);
        var channel = place.Channel(
            ("main", PresetCase.Of("discord").Options(fake)),
            ("thread", Values.Of("discord", ("url", Values.Secret(new Uri($"{fake.Webhook}?thread_id=223704706495545344"))))));

        var without = await place.TryAsync(channel, "post://main", new { text = "Hello" });
        var within = await place.TryAsync(channel, "post://thread", new { text = "Hello" });

        // Every post would meet it until the address is corrected.
        Assert.Equal("troubled", MeaningOf(without));
        Assert.Contains("must have a thread_name or thread_id", without.Reason, StringComparison.Ordinal);
        Assert.Equal("", within.Reason);
        Assert.Single(fake.Accepted);
    }

    [Fact]
    public async Task An_alert_is_one_alert_however_often_it_is_sent()
    {
        await using var place = new PostPlace();
        var one = PresetCase.Of("pagerduty");
        await using var fake = await FakeProvider.StartAsync(one.Create(), PostPlace.TestEnd);
        var channel = place.Channel(("main", one.Options(fake)));
        var message = new { uuid = "6fa459ea-ee8a-3ca4-894e-db77e160355e", subject = "Disk", text = "Full", data = new { host = "db-1" } };
        for (var n = 0; n < 3; n++)
            Assert.Equal("", (await place.TryAsync(channel, one.Endpoint, message)).Reason);
        Assert.Single(fake.Accepted);
        var json = (await fake.Calls.ReadAsync(PostPlace.TestEnd)).Json!;
        Assert.Equal("6fa459ea-ee8a-3ca4-894e-db77e160355e", (string?)json["dedup_key"]);
        Assert.Equal("db-1", (string?)json["payload"]!["custom_details"]!["data"]!["host"]);
        Assert.Equal("Disk", (string?)json["payload"]!["summary"]);

        // As docs/posts.md says: after the alert was resolved, its key is free.
        ((FakePagerDuty)fake).ResolveAlerts();
        Assert.Equal("", (await place.TryAsync(channel, one.Endpoint, message)).Reason);
        Assert.Equal(2, fake.Accepted.Count);
    }

    [Fact]
    public async Task An_event_that_is_too_large_for_PagerDuty_is_refused_with_its_size()
    {
        await using var place = new PostPlace();
        var one = PresetCase.Of("pagerduty");
        await using var fake = await FakeProvider.StartAsync(one.Create(), PostPlace.TestEnd);

        var channel = place.Channel(("main", one.Options(fake)));
        var result = await place.TryAsync(channel, one.Endpoint, new { text = new string('x', 512 * 1024) });

        Assert.Equal((AttemptOutcome.Rejected, AttemptStage.Guard), (result.Outcome, result.Stage));
        Assert.Contains($"The provider takes {512 * 1024:N0} at most", result.Reason, StringComparison.Ordinal);
        Assert.False(fake.Calls.TryRead(out _));
    }

    [Theory]
    [InlineData("slack", 200, "{\"ok\": false, \"error\": \"no_permission\"}", "rejected")]
    [InlineData("slack", 200, "{\"ok\": false, \"error\": \"missing_scope\"}", "troubled")]
    [InlineData("slack", 200, "{\"ok\": false, \"error\": \"deprecated_endpoint\"}", "troubled")]
    [InlineData("slack-webhook", 410, "channel_is_archived", "troubled")]
    [InlineData("slack-webhook", 400, "invalid_payload", "rejected")]
    [InlineData("pagerduty", 400, "Invalid routing key", "troubled")]
    [InlineData("pagerduty", 403, "", "troubled")]
    // These services do not say how long the pause is.
    [InlineData("pagerduty", 429, "{\"status\": \"throttle exceeded\"}", "throttled")]
    [InlineData("ntfy", 429, "{\"code\": 42901, \"http\": 429, \"error\": \"limit reached\"}", "throttled")]
    [InlineData("ntfy", 507, "{\"code\": 50701, \"http\": 507, \"error\": \"topic is inactive\"}", "unclear")]
    public async Task An_answer_of_the_documents_has_its_meaning(string preset, int status, string body, string meaning)
    {
        await using var place = new PostPlace();
        await using var receiver = new TestKit.Receivers.ScriptedReceiver();
        receiver.Script(new TestKit.Receivers.Reply.Status(status, body));
        var one = PresetCase.Of(preset);
        await using var fake = await FakeProvider.StartAsync(one.Create(), PostPlace.TestEnd);
        var options = one.Options(fake);
        var name = options.Values.ContainsKey("url") ? "url" : "server";
        var address = new Uri(receiver.Endpoint, "/");
        var values = new Dictionary<string, PostValueOptions>(options.Values)
        {
            [name] = name == "url" ? Values.Secret(address) : Values.Text(address.ToString()),
        };

        var result = await place.TryAsync(place.Channel(("main", options with { Values = values })), one.Endpoint, new { text = "Hello" });

        Assert.Equal((meaning, status), (MeaningOf(result), result.StatusCode));
    }

    private static string MeaningOf(AttemptResult result) => result switch
    {
        { Outcome: AttemptOutcome.Delivered } => "delivered",
        { Outcome: AttemptOutcome.Rejected } => "rejected",
        { RetryAfter: not null } => "throttled",
        { EndpointTroubled: true } => "troubled",
        _ => "unclear",
    };

    private static void AssertNoSecret(AttemptResult result)
    {
        string[] secrets =
        [
            FakeSlack.Token, FakeSlackWebhook.Secret, FakeDiscord.Secret, FakeTeams.Signature, FakePagerDuty.RoutingKey, FakeNtfy.Token,
            FakeTelegram.Token,
        ];
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, result.Reason + result.Answer, StringComparison.Ordinal));
    }
}
