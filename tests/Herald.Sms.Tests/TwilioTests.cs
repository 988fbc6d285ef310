using Herald.Engine.Channels;
using Herald.LocalServers.Posts;
using Herald.LocalServers.Sms;

namespace Herald.Sms.Tests;

public sealed class TwilioTests
{
    private const string To = "/+4917012345678";

    [Theory]
    [InlineData(PlannedAnswer.Judged, "delivered")]
    [InlineData(PlannedAnswer.Throttled, "throttled")]
    [InlineData(PlannedAnswer.ThrottledUntilDate, "throttled")]
    [InlineData(PlannedAnswer.BadRecipient, "rejected")]
    [InlineData(PlannedAnswer.BadToken, "troubled")]
    [InlineData(PlannedAnswer.Unavailable, "troubled")]
    [InlineData(PlannedAnswer.Half, "delivered")]
    [InlineData(PlannedAnswer.Page, "failed")]
    [InlineData(PlannedAnswer.Huge, "failed")]
    public async Task An_answer_means_what_Twilio_says(PlannedAnswer answer, string meaning)
    {
        await using var place = new SmsPlace();
        await using var fake = await FakeProvider.StartAsync(new FakeTwilio(), SmsPlace.TestEnd);
        fake.ThrottledUntil = place.Clock.GetUtcNow().AddSeconds(30);
        fake.Plan(answer);
        var channel = place.Channel(null, ("main", SmsPlace.Twilio(fake)));

        var result = await place.TryAsync(channel, $"sms://main{To}", new { text = "Hello & <welcome> = ü+\r\n\0" });

        Assert.Equal(meaning, MeaningOf(result));
        Assert.DoesNotContain(FakeTwilio.Token, result.Reason + result.Answer, StringComparison.Ordinal);
        if (meaning == "throttled")
            Assert.Equal(TimeSpan.FromSeconds(30), result.RetryAfter);
        if (meaning == "delivered")
            Assert.Equal(new AcceptedPost("+4917012345678", "Hello & <welcome> = ü+\r\n\0"), Assert.Single(fake.Accepted));
    }

    [Theory]
    [InlineData(400, 21211, "rejected")]
    [InlineData(400, 21610, "rejected")]
    [InlineData(400, 21614, "rejected")]
    [InlineData(400, 21408, "rejected")]
    [InlineData(400, 21617, "rejected")]
    [InlineData(400, 21602, "rejected")]
    [InlineData(400, 21606, "troubled")]
    [InlineData(400, 21603, "troubled")]
    [InlineData(401, 20003, "troubled")]
    [InlineData(404, 20404, "troubled")]
    [InlineData(403, 20005, "troubled")]
    [InlineData(429, 20429, "throttled")]
    [InlineData(400, 21611, "throttled")]
    [InlineData(429, 63038, "throttled")]
    [InlineData(400, 14107, "failed")]
    [InlineData(400, 20001, "rejected")]
    [InlineData(400, 21730, "troubled")]
    [InlineData(500, 20500, "troubled")]
    public async Task Codes_of_errors_are_told_apart(int status, int code, string meaning)
    {
        await using var place = new SmsPlace();
        await using var receiver = new TestKit.Receivers.ScriptedReceiver();
        var error = FakeTwilio.Error(status, code, "The words of Twilio.");
        receiver.Script(new TestKit.Receivers.Reply.Status(status, error.Body));
        await using var fake = await FakeProvider.StartAsync(new FakeTwilio(), SmsPlace.TestEnd);
        var options = SmsPlace.Twilio(fake);
        var channel = place.Channel(null, ("main", options with
        {
            Values = new Dictionary<string, Posts.PostValueOptions>(options.Values)
            {
                ["server"] = new() { Text = new Uri(receiver.Endpoint, "/").ToString() },
            },
        }));

        var result = await place.TryAsync(channel, $"sms://main{To}", new { text = "Hello" });

        Assert.Equal(meaning, MeaningOf(result));
        // Twilio does not say how long the pause is, so the chain does.
        Assert.Equal(meaning == "throttled" ? TimeSpan.FromSeconds(5) : null, result.RetryAfter);
        Assert.Contains("The words of Twilio.", result.Reason, StringComparison.Ordinal);
        Assert.Equal(status, result.StatusCode);
    }

    [Theory]
    [InlineData(14107, "failed")]
    [InlineData(30001, "throttled")]
    [InlineData(30002, "troubled")]
    [InlineData(30003, "failed")]
    [InlineData(30004, "rejected")]
    [InlineData(30005, "rejected")]
    [InlineData(30006, "rejected")]
    [InlineData(30007, "rejected")]
    [InlineData(30008, "failed")]
    public async Task A_message_that_is_taken_and_fails_at_once_is_not_delivered(int code, string meaning)
    {
        await using var place = new SmsPlace();
        await using var fake = await FakeProvider.StartAsync(new FakeTwilio { FailsWith = code }, SmsPlace.TestEnd);
        var result = await place.TryAsync(place.Channel(null, ("main", SmsPlace.Twilio(fake))), $"sms://main{To}", new { text = "Hello" });
        Assert.Equal(meaning, MeaningOf(result));
        Assert.Contains("The message was not delivered.", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_form_is_as_Twilio_documents_it()
    {
        await using var place = new SmsPlace();
        await using var fake = await FakeProvider.StartAsync(new FakeTwilio(), SmsPlace.TestEnd);
        var channel = place.Channel("DE", ("main", SmsPlace.Twilio(fake)));
        Assert.Equal("", (await place.TryAsync(channel, "sms://main", new { text = "Hi", to = "0170 12345678" })).Reason);
        var call = await fake.Calls.ReadAsync(SmsPlace.TestEnd);
        Assert.Equal([new("To", "+4917012345678"), new("From", FakeTwilio.From), new("Body", "Hi")], call.Form);
        foreach (var number in new[] { FakeTwilio.Unreachable, FakeTwilio.Unsubscribed })
            Assert.Equal(AttemptOutcome.Rejected, (await place.TryAsync(channel, "sms://main", new { text = "Hi", to = number })).Outcome);
    }

    private static string MeaningOf(AttemptResult result) => result switch
    {
        { Outcome: AttemptOutcome.Delivered } => "delivered",
        { Outcome: AttemptOutcome.Rejected } => "rejected",
        { RetryAfter: not null } => "throttled",
        { EndpointTroubled: true } => "troubled",
        _ => "failed",
    };
}
