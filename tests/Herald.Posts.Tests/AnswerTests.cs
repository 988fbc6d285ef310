using Herald.Engine.Channels;
using Herald.Messages.Providers;
using Herald.Posts.Answers;

namespace Herald.Posts.Tests;

public sealed class AnswerTests
{
    [Theory]
    [InlineData("{\"ok\": true}", "ok", "true")]
    [InlineData("{\"a\": {\"b\": \"x\"}, \"b\": \"y\"}", "a.b", "x")]
    [InlineData("{\"a\": {\"c\": {\"b\": 1}}, \"b\": 2}", "b", "2")]
    [InlineData("{\"errors\": [\"x\", \"y\"]}", "errors.*", "x,y")]
    [InlineData("{\"errors\": [{\"code\": 1}, {\"code\": 2}]}", "errors.*.code", "1,2")]
    [InlineData("[{\"code\": 3}]", "*.code", "3")]
    [InlineData("{\"code\": null}", "code", "")]
    [InlineData("{\"code\": {}}", "code", "")]
    // What has come of an answer that breaks off counts.
    [InlineData("{\"ok\": true, \"message\": {\"text\": \"he", "ok", "true")]
    [InlineData("{\"ok\": tr", "ok", "")]
    [InlineData("{\"wait\": 12", "wait", "")]
    [InlineData("<html>", "ok", "")]
    [InlineData("", "ok", "")]
    [InlineData("{\"ok\": \"\\ud83d\"}", "ok", "")]
    [InlineData(" ok\n", "", "ok")]
    public void A_place_of_an_answer_is_found(string body, string place, string values) =>
        Assert.Equal(values, string.Join(',', new AnswerValues(body, [place]).At(place)));

    [Fact]
    public void Deep_and_damaged_answers_are_read_as_far_as_they_go()
    {
        Assert.Empty(new AnswerValues(new string('[', 100_000), ["a"]).At("a"));
        Assert.Equal(["1"], new AnswerValues("{\"a\": 1, \"b\": " + new string('[', 100_000), ["a"]).At("a"));
        Assert.Equal(100, new AnswerValues($"[{string.Join(',', Enumerable.Range(0, 100_000))}]", ["*"]).At("*").Count);
    }

    [Theory]
    [InlineData(200, AttemptOutcome.Delivered, SendCertainty.Accepted, false)]
    [InlineData(204, AttemptOutcome.Delivered, SendCertainty.Accepted, false)]
    [InlineData(301, AttemptOutcome.Failed, SendCertainty.NotSent, true)]
    [InlineData(307, AttemptOutcome.Failed, SendCertainty.NotSent, true)]
    [InlineData(308, AttemptOutcome.Failed, SendCertainty.NotSent, true)]
    // The result of a post that was taken can be elsewhere.
    [InlineData(302, AttemptOutcome.Failed, SendCertainty.Unknown, true)]
    [InlineData(303, AttemptOutcome.Failed, SendCertainty.Unknown, true)]
    [InlineData(400, AttemptOutcome.Rejected, SendCertainty.Refused, false)]
    [InlineData(401, AttemptOutcome.Failed, SendCertainty.NotSent, true)]
    [InlineData(403, AttemptOutcome.Failed, SendCertainty.NotSent, true)]
    [InlineData(404, AttemptOutcome.Failed, SendCertainty.NotSent, false)]
    [InlineData(405, AttemptOutcome.Failed, SendCertainty.NotSent, false)]
    [InlineData(406, AttemptOutcome.Failed, SendCertainty.NotSent, false)]
    [InlineData(410, AttemptOutcome.Failed, SendCertainty.NotSent, false)]
    [InlineData(415, AttemptOutcome.Failed, SendCertainty.NotSent, false)]
    [InlineData(421, AttemptOutcome.Failed, SendCertainty.NotSent, false)]
    [InlineData(426, AttemptOutcome.Failed, SendCertainty.NotSent, false)]
    [InlineData(431, AttemptOutcome.Failed, SendCertainty.NotSent, false)]
    [InlineData(451, AttemptOutcome.Failed, SendCertainty.NotSent, false)]
    [InlineData(409, AttemptOutcome.Rejected, SendCertainty.Refused, false)]
    [InlineData(422, AttemptOutcome.Rejected, SendCertainty.Refused, false)]
    [InlineData(408, AttemptOutcome.Failed, SendCertainty.Unknown, false)]
    [InlineData(413, AttemptOutcome.Rejected, SendCertainty.Refused, false)]
    [InlineData(429, AttemptOutcome.Failed, SendCertainty.Throttled, true)]
    [InlineData(500, AttemptOutcome.Failed, SendCertainty.Unknown, true)]
    [InlineData(502, AttemptOutcome.Failed, SendCertainty.Unknown, true)]
    [InlineData(503, AttemptOutcome.Failed, SendCertainty.NotSent, true)]
    [InlineData(504, AttemptOutcome.Failed, SendCertainty.Unknown, true)]
    public void Without_rules_the_status_decides(int status, AttemptOutcome outcome, SendCertainty certainty, bool troubled)
    {
        var result = Judge(AnswerRules.Empty, status, "{}");
        Assert.Equal((outcome, certainty, troubled), (result.Attempt.Outcome, result.Certainty, result.Attempt.EndpointTroubled));
        Assert.Equal(status, result.Attempt.StatusCode);
    }

    [Fact]
    public void The_first_rule_that_fits_decides()
    {
        var rules = new AnswerRules(
            [
                new(new(400, 499), "code", ["7"], [], AnswerMeaning.Transient),
                new(new(400, 499), "code", [], ["9"], AnswerMeaning.BadRecipient),
                new(null, "code", [], [], AnswerMeaning.Permanent),
                new(new(200, 200), null, [], [], AnswerMeaning.Delivered),
            ],
            null, ["message"]);
        Assert.Equal((AttemptOutcome.Failed, SendCertainty.Refused), Of(400, "{\"code\": 7}"));
        Assert.Equal((AttemptOutcome.Rejected, SendCertainty.Refused), Of(400, "{\"code\": 190}"));
        Assert.Equal((AttemptOutcome.Rejected, SendCertainty.Refused), Of(200, "{\"code\": 1}"));
        Assert.Equal((AttemptOutcome.Delivered, SendCertainty.Accepted), Of(200, "{}"));
        // A rule says which 2xx is a success, so another one is none.
        Assert.Equal((AttemptOutcome.Failed, SendCertainty.Unknown), Of(202, "{}"));

        (AttemptOutcome, SendCertainty) Of(int status, string body)
        {
            var result = Judge(rules, status, body);
            return (result.Attempt.Outcome, result.Certainty);
        }
    }

    [Theory]
    [InlineData("{\"wait\": 12}", null, 12.0)]
    [InlineData("{\"wait\": 12.5}", 5, 12.5)]
    [InlineData("{\"wait\": \"12\"}", 30, 30.0)]
    [InlineData("{\"wait\": 1e9}", 7, 3600.0)]
    [InlineData("{\"wait\": 1.5e1}", 7, 15.0)]
    [InlineData("{\"wait\": \"NaN\"}", 7, 7.0)]
    [InlineData("{\"wait\": 999999999}", null, 3600.0)]
    [InlineData("{\"wait\": -1}", null, null)]
    [InlineData("{\"wait\": \"soon\"}", null, null)]
    public void The_longer_wait_counts(string body, int? header, double? seconds)
    {
        var rules = new AnswerRules([], "wait", []);
        var result = AnswerJudge.Judge(rules, 429, body, header is { } some ? TimeSpan.FromSeconds(some) : null, text => text).Result;
        Assert.Equal(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null, result.Attempt.RetryAfter);
    }

    [Fact]
    public void A_body_is_needed_where_the_first_rule_for_the_status_looks_at_it()
    {
        var rules = new AnswerRules(
            [
                new(new(202, 202), null, [], [], AnswerMeaning.Delivered),
                new(new(200, 299), "id", [], [], AnswerMeaning.Delivered),
                new(new(429, 429), null, [], [], AnswerMeaning.Throttled),
                new(null, "code", ["7"], [], AnswerMeaning.Transient),
            ],
            null, []);
        Assert.Equal((false, true), (rules.NeedsBody(202), rules.NeedsBody(200)));
        Assert.Equal((false, true), (rules.NeedsBody(429), rules.NeedsBody(400)));
        Assert.False(AnswerRules.Empty.NeedsBody(200));
    }

    [Fact]
    public void Refusals_in_a_row_are_believed_until_they_are_too_many_and_one_success_ends_it()
    {
        var brake = new RefusalBrake();
        var refused = new AnswerVerdict(AnswerMeaning.Permanent, ProviderResult.Refused("answered 400"));
        for (var round = 0; round < 2; round++)
        {
            for (var n = 0; n < RefusalBrake.Most; n++)
                Assert.Equal(AttemptOutcome.Rejected, brake.Judge(refused).Attempt.Outcome);
            var kept = brake.Judge(refused);
            Assert.Equal(
                (AttemptOutcome.Failed, SendCertainty.NotSent, true),
                (kept.Attempt.Outcome, kept.Certainty, kept.Attempt.EndpointTroubled));
            Assert.Contains("it is refusal 11 in a row", kept.Attempt.Reason, StringComparison.Ordinal);
            // Other answers say nothing about the settings.
            brake.Judge(new(AnswerMeaning.Unclear, ProviderResult.Unknown("answered 500")));
            Assert.Equal(AttemptOutcome.Failed, brake.Judge(refused).Attempt.Outcome);
            Assert.Equal(ProviderResult.Accepted, brake.Judge(new(AnswerMeaning.Delivered, ProviderResult.Accepted)));
        }
    }

    [Fact]
    public void The_words_of_a_service_are_one_bounded_line_without_secrets()
    {
        var rules = new AnswerRules([], null, ["error.text", "message"]);
        var body = "{\"message\": \"no\\r\\n\\u001b[2J token abcd-secret " + new string('x', 5000) + "\"}";
        var result = AnswerJudge.Judge(
            rules, 400, body, null, text => text.Replace("abcd-secret", "***", StringComparison.Ordinal)).Result.Attempt;
        Assert.StartsWith("answered 400: no", result.Reason, StringComparison.Ordinal);
        Assert.Contains("token ***", result.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(result.Reason, char.IsControl);
        Assert.True(result.Reason.Length < 500);
        Assert.DoesNotContain("abcd-secret", result.Answer, StringComparison.Ordinal);
        Assert.True(result.Answer.Length <= 4097);
        Assert.Equal("answered 404: not here", Judge(rules, 404, "not here\n").Attempt.Reason);
        Assert.Equal("answered 404", Judge(rules, 404, "<p>not here</p>").Attempt.Reason);
        Assert.Equal("answered 301 (redirects are not followed)", Judge(rules, 301, "").Attempt.Reason);
    }

    private static ProviderResult Judge(AnswerRules rules, int status, string body) =>
        AnswerJudge.Judge(rules, status, body, null, text => text).Result;
}
