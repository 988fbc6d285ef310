using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Herald.Engine.Channels;
using Herald.LocalServers.Push;

namespace Herald.Push.Tests.Services;

/// <summary>What holds for each push service: what devices get, and what the answers of the service lead to.</summary>
public abstract class PushServiceContract : IAsyncLifetime
{
    private protected PushRig Rig { get; private set; } = null!;

    private protected abstract Task<PushRig> StartAsync();

    public async ValueTask InitializeAsync() => Rig = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Rig.DisposeAsync();
    }

    [Fact]
    public async Task A_device_gets_the_whole_message()
    {
        const string Uuid = "6fa459ea-ee8a-3ca4-894e-db77e160355e";
        var result = await Rig.TryAsync(Rig.Payload("Your parcel is here ✓", payload =>
        {
            payload["uuid"] = Uuid;
            payload["subject"] = "Parcel \"7\"";
            payload["category"] = "parcels";
            payload["data"] = new JsonObject { ["order"] = "17", ["note"] = "line 1\nline 2 \u202e" };
        }));

        Assert.Equal(AttemptOutcome.Delivered, result.Outcome);
        var (id, title, text, data) = Rig.Parts(Rig.ContentOf(await Rig.NextAsync()));
        Assert.Equal((Uuid, "Parcel \"7\"", "Your parcel is here ✓"), (id, title, text));
        Assert.Equal("17", (string?)data!["order"]);
        Assert.Equal("line 1\nline 2 \u202e", (string?)data["note"]);
        Assert.Single(Rig.Fake.Accepted);
    }

    [Fact]
    public async Task The_endpoint_can_name_the_device()
    {
        var result = await Rig.TryAsync("\"Hello\"", Rig.DeviceEndpoint);

        Assert.Equal((AttemptOutcome.Delivered, ""), (result.Outcome, result.Reason));
        Assert.Equal("Hello", Rig.Parts(Rig.ContentOf(await Rig.NextAsync())).Text);
    }

    [Fact]
    public async Task A_message_without_a_recipient_is_rejected()
    {
        var result = await Rig.TryAsync("{\"text\": \"Hello\"}");

        AssertRejected(result, "Neither the message nor the endpoint says to whom");
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"two words\"")]
    [InlineData("\"../../v1/x\"")]
    [InlineData("\"a\\r\\nHost: b\"")]
    [InlineData("\"\\u0000\"")]
    [InlineData("{\"endpoint\": 7}")]
    [InlineData("\"{\"")]
    public async Task A_recipient_that_is_no_address_is_rejected_and_nothing_is_sent(string to)
    {
        var result = await Rig.TryAsync($"{{\"text\": \"Hello\", \"to\": {to}}}");

        AssertRejected(result, "to");
        Assert.False(Rig.Fake.Calls.TryRead(out _));
    }

    [Fact]
    public async Task An_expired_message_is_not_sent()
    {
        var result = await Rig.TryAsync(Rig.Payload("late", payload => payload["expires"] = "2020-01-01T00:00:00Z"));

        AssertRejected(result, "expired");
        Assert.False(Rig.Fake.Calls.TryRead(out _));
    }

    [Fact]
    public async Task The_largest_message_is_taken_and_a_larger_one_is_rejected_with_the_limit()
    {
        // The device counts too: the fake refuses what is larger than its documents allow.
        var largest = await Rig.TryAsync(Rig.Payload(new string('x', Rig.MostText)));
        Assert.Equal((AttemptOutcome.Delivered, ""), (largest.Outcome, largest.Reason));
        await Rig.NextAsync();

        var larger = await Rig.TryAsync(Rig.Payload(new string('x', Rig.MostText + 1)));
        AssertRejected(larger, "shorten its subject, text or data");
        Assert.False(Rig.Fake.Calls.TryRead(out _));
    }

    [Fact]
    public async Task A_device_of_a_message_that_is_gone_is_told_apart_and_the_subscription_stays()
    {
        Rig.Fake.Plan(PushPlan.Gone);

        var result = await Rig.TryAsync(Rig.Payload("Hello"));

        AssertRejected(result, "this address is gone");
        Assert.Equal(410, result.StatusCode);
        Assert.False(result.EndpointTroubled);
    }

    [Fact]
    public async Task A_device_of_an_endpoint_that_is_gone_ends_the_endpoint()
    {
        Rig.Fake.Plan(PushPlan.Gone);

        var result = await Rig.TryAsync("\"Hello\"", Rig.DeviceEndpoint);

        Assert.Equal((AttemptOutcome.EndpointGone, 410), (result.Outcome, result.StatusCode));
    }

    [Fact]
    public async Task A_throttled_message_waits_as_long_as_the_service_asks()
    {
        Rig.Fake.Plan(PushPlan.Throttled);

        var result = await Rig.TryAsync(Rig.Payload("Hello"));

        Assert.Equal((AttemptOutcome.Failed, 429), (result.Outcome, result.StatusCode));
        Assert.Equal(TimeSpan.FromSeconds(30), result.RetryAfter);
    }

    [Fact]
    public async Task A_service_in_trouble_is_a_failure_and_works_again_later()
    {
        Rig.Fake.Plan(PushPlan.Unavailable, PushPlan.Broken);

        var unavailable = await Rig.TryAsync(Rig.Payload("Hello"));
        Assert.Equal((AttemptOutcome.Failed, 503), (unavailable.Outcome, unavailable.StatusCode));
        Assert.Equal(TimeSpan.FromSeconds(30), unavailable.RetryAfter);
        var broken = await Rig.TryAsync(Rig.Payload("Hello"));
        Assert.Equal((AttemptOutcome.Failed, 500), (broken.Outcome, broken.StatusCode));
        Assert.Equal(AttemptOutcome.Delivered, (await Rig.TryAsync(Rig.Payload("Hello"))).Outcome);
    }

    [Theory]
    [InlineData(PushPlan.Half)]
    [InlineData(PushPlan.Huge)]
    public async Task An_answer_that_is_cut_off_or_endless_is_a_failure_with_a_bounded_answer(PushPlan plan)
    {
        Rig.Fake.Plan(plan);

        var result = await Rig.TryAsync(Rig.Payload("Hello"));

        Assert.Equal(AttemptOutcome.Failed, result.Outcome);
        Assert.InRange(result.Answer.Length, 0, 4097);
        AssertOneLine(result.Reason);
        Assert.Equal(AttemptOutcome.Delivered, (await Rig.TryAsync(Rig.Payload("Hello"))).Outcome);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_costs_the_time_of_one_attempt()
    {
        Rig.Fake.Plan(PushPlan.Silence);

        var attempt = Rig.TryAsync(Rig.Payload("Hello"), timeout: TimeSpan.FromSeconds(7));
        await Rig.NextAsync();
        Rig.Clock.Advance(TimeSpan.FromSeconds(7));

        var result = await attempt;
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Wait), (result.Outcome, result.Stage));
        Assert.Equal(TimeSpan.FromSeconds(7), result.Duration);
    }

    [Fact]
    public async Task Every_text_arrives_as_it_was_written()
    {
        var random = new Random(22);
        for (var i = 0; i < 100; i++)
        {
            var (subject, text, value) = (Line(random), Text(random), Text(random));
            var result = await Rig.TryAsync(Rig.Payload(text, payload =>
            {
                payload["subject"] = subject;
                payload["data"] = new JsonObject { ["value"] = value };
            }));
            Assert.True(result.Outcome == AttemptOutcome.Delivered, $"round {i}: {result.Reason}");
            var got = Rig.Parts(Rig.ContentOf(await Rig.NextAsync()));
            Assert.Equal((subject, text, value), (got.Title, got.Text, (string?)got.Data!["value"]));
        }
    }

    [Fact]
    public async Task A_payload_that_is_no_message_is_rejected_whatever_it_is()
    {
        var random = new Random(23);
        // The endpoint names the device, so that no change leads to another server.
        var good = """{"uuid": "6fa459ea-ee8a-3ca4-894e-db77e160355e", "text": "Hello", "data": {"a": "b"}}"""u8.ToArray();
        for (var i = 0; i < 300; i++)
        {
            var payload = good.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                payload[random.Next(payload.Length)] = (byte)random.Next(256);
            var result = await Rig.TryAsync(payload, Rig.DeviceEndpoint);
            if (result.Outcome == AttemptOutcome.Delivered)
            {
                Rig.ContentOf(await Rig.NextAsync());
                continue;
            }
            Assert.True(result.Outcome == AttemptOutcome.Rejected, $"round {i}: {result.Outcome}, {result.Reason}");
            AssertOneLine(result.Reason);
        }
    }

    [Fact]
    public async Task Many_messages_at_once_all_arrive()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Rig.TryAsync(Rig.Payload($"text {i}"))));

        Assert.All(results, result => Assert.Equal((AttemptOutcome.Delivered, ""), (result.Outcome, result.Reason)));
        var texts = Rig.Fake.Accepted.Select(push => Rig.Parts(JsonNode.Parse(push.Content)!).Text);
        Assert.Equal(
            Enumerable.Range(0, 300).Select(i => $"text {i}").Order(StringComparer.Ordinal), texts.Order(StringComparer.Ordinal));
    }

    private protected static void AssertRejected(AttemptResult result, string told)
    {
        Assert.Equal(AttemptOutcome.Rejected, result.Outcome);
        Assert.Contains(told, result.Reason, StringComparison.Ordinal);
        AssertOneLine(result.Reason);
    }

    private static void AssertOneLine(string text)
    {
        Assert.NotEmpty(text);
        Assert.DoesNotContain('\n', text);
    }

    private static string Line(Random random) =>
        string.Concat(Text(random).Where(c => !char.IsControl(c) && c is not ('\u2028' or '\u2029'))) + "!";

    /// <summary>Any characters of Unicode, and some that have a meaning in a syntax.</summary>
    private static string Text(Random random)
    {
        const string Special = "\"\\\r\n\0\t{}[]<>&%'$`\u2028\u202e\u200d\ufeff:;,=/";
        var text = new StringBuilder("#");
        for (var left = random.Next(1, 60); left > 0; left--)
        {
            if (random.Next(2) == 0)
                text.Append(Special[random.Next(Special.Length)]);
            else if (Rune.TryCreate(random.Next(0x11_0000), out var rune))
                text.Append(rune.ToString());
            else
                text.Append(CultureInfo.InvariantCulture, $"{left}");
        }
        return text.ToString();
    }
}
