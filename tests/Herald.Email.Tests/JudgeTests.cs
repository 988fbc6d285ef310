using Herald.Email.Smtp;
using Herald.Engine.Channels;
using Herald.Messages.Providers;

namespace Herald.Email.Tests;

public sealed class JudgeTests
{
    private static readonly int[] Codes =
        [421, 450, 451, 452, 455, 500, 501, 502, 503, 504, 521, 530, 535, 538, 550, 551, 552, 553, 554, 555, 556];

    private static readonly string[] Texts =
        ["", "no\r\nway", "4.7.0 x", "5.1.1 x", "5.2.2 x", "5.3.4 x", "5.4.1 x", "5.5.0 x", "5.6.7 x", "5.7.1 x", "9.9.9"];

    /// <summary>Whatever a server says: it is one line, and a refusal never counts as sent or as doubtful.</summary>
    [Fact]
    public void Every_refusal_is_a_proof_that_nothing_was_sent()
    {
        foreach (var point in Enum.GetValues<SmtpPoint>())
        {
            foreach (var code in Codes)
            {
                foreach (var text in Texts)
                {
                    var (certainty, attempt) = SmtpJudge.Judge(point, code, text);
                    Assert.True(certainty is SendCertainty.NotSent or SendCertainty.Refused or SendCertainty.Throttled);
                    Assert.Equal(code, attempt.StatusCode);
                    Assert.DoesNotContain('\n', attempt.Reason);
                    Assert.True(code >= 500 || attempt.Outcome == AttemptOutcome.Failed, $"{point} {code} {text}: 4xx is never permanent");
                    // A user or a sender that is refused is the provider's trouble, and never the message's.
                    if (point is SmtpPoint.Session or SmtpPoint.Authentication)
                        Assert.Equal((AttemptOutcome.Failed, true), (attempt.Outcome, attempt.EndpointTroubled));
                }
            }
        }
    }

    [Theory]
    [InlineData(SmtpPoint.Recipient, 550, "5.1.1 No such user", true)]
    [InlineData(SmtpPoint.Recipient, 556, "5.1.10 The domain takes no mail", true)]
    [InlineData(SmtpPoint.Recipient, 550, "5.2.1 Disabled", true)]
    [InlineData(SmtpPoint.Recipient, 550, "No such user", false)]
    [InlineData(SmtpPoint.Recipient, 450, "4.1.1 Perhaps no such user", false)]
    [InlineData(SmtpPoint.Recipient, 550, "5.7.1 Relay access denied", false)]
    [InlineData(SmtpPoint.Recipient, 550, "5.5.0 Mailbox unavailable", false)]
    [InlineData(SmtpPoint.Recipient, 550, "5.1.8 The sender's domain does not exist", false)]
    [InlineData(SmtpPoint.Sender, 550, "5.1.1 No such user", false)]
    [InlineData(SmtpPoint.Content, 550, "5.1.1 No such user", false)]
    internal void Only_a_recipient_that_does_not_exist_is_gone(SmtpPoint point, int code, string text, bool isGone) =>
        Assert.Equal(isGone, SmtpJudge.Judge(point, code, text).IsRecipientGone);

    [Theory]
    [InlineData("5.1.1 No such user", 1, 1)]
    [InlineData(" 5.7.26 Unauthenticated", 7, 26)]
    [InlineData("no code 5.1.1", null, null)]
    [InlineData("5.1.1234", null, null)]
    [InlineData("", null, null)]
    public void An_enhanced_code_is_at_the_beginning_of_the_text(string text, int? subject, int? detail) =>
        Assert.Equal(new SmtpReply(550, subject, detail), SmtpReply.Of(550, text));
}
