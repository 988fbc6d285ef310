using Herald.Email.Smtp;
using Herald.Engine.Channels;
using Herald.Messages.Providers;
using Herald.TestKit.Documentation;

namespace Herald.Email.Tests;

public sealed class JudgeTests
{
    private static readonly int[] Codes =
        [421, 450, 451, 452, 455, 500, 501, 502, 503, 504, 521, 530, 535, 538, 550, 551, 552, 553, 554, 555, 556];

    private static readonly string[] Texts =
        ["", "no\r\nway", "4.7.0 x", "5.1.1 x", "5.2.2 x", "5.3.4 x", "5.4.1 x", "5.5.0 x", "5.6.7 x", "5.7.1 x", "9.9.9"];

    /// <summary>The table in docs/email.md is the one that decides.</summary>
    [Fact]
    public async Task The_documentation_has_the_table_row_by_row()
    {
        var page = await CommittedDocs.ReadAsync("email.md", TestContext.Current.CancellationToken);
        var table = page[page.IndexOf("| step | code | enhanced code | meaning |", StringComparison.Ordinal)..].Split('\n').Skip(2)
            .TakeWhile(line => line.StartsWith('|'));
        Assert.Equal(SmtpJudge.Rules.Select(RowOf), table);
    }

    /// <summary>A row that no answer reaches says something that is not so.</summary>
    [Fact]
    public void Each_row_of_the_table_decides_something()
    {
        var deciding = new HashSet<SmtpRule>();
        foreach (var point in Enum.GetValues<SmtpPoint>())
        {
            foreach (var reply in Codes.SelectMany(RepliesWith))
                deciding.Add(SmtpJudge.Rules.First(rule => rule.Fits(point, reply)));
        }
        Assert.Equal(SmtpJudge.Rules, SmtpJudge.Rules.Where(deciding.Contains));
    }

    /// <summary>Whatever a server says: it is one line, and a refusal never counts as sent or as doubtful.</summary>
    [Fact]
    public void Every_refusal_is_a_proof_that_nothing_was_sent()
    {
        foreach (var (point, code, text) in
            from point in Enum.GetValues<SmtpPoint>() from code in Codes from text in Texts select (point, code, text))
        {
            var (certainty, attempt) = SmtpJudge.Judge(point, code, text);
            Assert.True(certainty is SendCertainty.NotSent or SendCertainty.Refused or SendCertainty.Throttled);
            Assert.Equal(code, attempt.StatusCode);
            Assert.DoesNotContain('\n', attempt.Reason);
            Assert.True(code >= 500 || attempt.Outcome == AttemptOutcome.Failed, $"{point} {code} {text}: 4xx is never for good");
            // A user or a session that is refused is the provider's trouble, and never the message's. So the next provider is used.
            if (point is not (SmtpPoint.Session or SmtpPoint.Authentication))
                continue;
            var expected = code == 421 && SmtpReply.Of(code, text).Subject == 7 ? SendCertainty.Throttled : SendCertainty.NotSent;
            Assert.Equal((expected, AttemptOutcome.Failed, true), (certainty, attempt.Outcome, attempt.EndpointTroubled));
        }
    }

    [Theory]
    [InlineData(SmtpPoint.Session, 421, "4.7.0 Too many connections", SmtpMeaning.Pause)]
    [InlineData(SmtpPoint.Session, 450, "4.7.1 Too many connections", SmtpMeaning.Server)]
    [InlineData(SmtpPoint.Session, 554, "5.7.1 Blocked", SmtpMeaning.Server)]
    [InlineData(SmtpPoint.Authentication, 454, "4.7.0 Temporary authentication failure", SmtpMeaning.Server)]
    [InlineData(SmtpPoint.Authentication, 535, "5.7.8 Wrong password", SmtpMeaning.Server)]
    [InlineData(SmtpPoint.Sender, 451, "4.7.1 Too many mails", SmtpMeaning.Pause)]
    [InlineData(SmtpPoint.Sender, 452, "No room", SmtpMeaning.Server)]
    [InlineData(SmtpPoint.Sender, 550, "No", SmtpMeaning.Server)]
    [InlineData(SmtpPoint.Sender, 552, "5.2.2 Your mailbox is full", SmtpMeaning.Server)]
    [InlineData(SmtpPoint.Sender, 552, "Too large", SmtpMeaning.Never)]
    [InlineData(SmtpPoint.Sender, 553, "5.6.7 No SMTPUTF8", SmtpMeaning.Never)]
    [InlineData(SmtpPoint.Recipient, 451, "4.7.1 Greylisted", SmtpMeaning.Recipient)]
    [InlineData(SmtpPoint.Recipient, 451, "4.3.0 Look-up failed", SmtpMeaning.Server)]
    [InlineData(SmtpPoint.Recipient, 450, "", SmtpMeaning.Mail)]
    [InlineData(SmtpPoint.Recipient, 552, "", SmtpMeaning.Full)]
    [InlineData(SmtpPoint.Recipient, 452, "4.2.2 Full", SmtpMeaning.Full)]
    [InlineData(SmtpPoint.Recipient, 550, "5.1.7 Bad sender", SmtpMeaning.Server)]
    [InlineData(SmtpPoint.Recipient, 550, "5.1.0 Sender address rejected", SmtpMeaning.Mail)]
    [InlineData(SmtpPoint.Recipient, 550, "5.1.1 No such user", SmtpMeaning.Never)]
    [InlineData(SmtpPoint.Recipient, 550, "No such user", SmtpMeaning.Never)]
    [InlineData(SmtpPoint.Recipient, 501, "Bad address", SmtpMeaning.Never)]
    [InlineData(SmtpPoint.Recipient, 503, "5.5.1 Need a sender", SmtpMeaning.Server)]
    [InlineData(SmtpPoint.Recipient, 554, "Relay access denied", SmtpMeaning.Mail)]
    [InlineData(SmtpPoint.Recipient, 530, "5.7.0 Who are you?", SmtpMeaning.Server)]
    [InlineData(SmtpPoint.Content, 550, "5.1.8 Bad outbound sender", SmtpMeaning.Server)]
    [InlineData(SmtpPoint.Content, 554, "5.2.252 SendAsDenied", SmtpMeaning.Server)]
    [InlineData(SmtpPoint.Content, 554, "Message rejected", SmtpMeaning.Mail)]
    [InlineData(SmtpPoint.Content, 554, "5.6.0 Bad content", SmtpMeaning.Never)]
    [InlineData(SmtpPoint.Content, 552, "Too large", SmtpMeaning.Never)]
    [InlineData(SmtpPoint.Content, 550, "5.7.1 Spam", SmtpMeaning.Mail)]
    [InlineData(SmtpPoint.Content, 452, "4.3.1 No room", SmtpMeaning.Server)]
    [InlineData(SmtpPoint.Data, 554, "5.5.1 No valid recipients", SmtpMeaning.Server)]
    internal void What_servers_say_is_understood(SmtpPoint point, int code, string text, SmtpMeaning meaning) =>
        Assert.Equal(meaning, SmtpJudge.MeaningOf(point, SmtpReply.Of(code, text)));

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

    private static IEnumerable<SmtpReply> RepliesWith(int code) =>
        Enumerable.Range(0, 8)
            .SelectMany(_ => Enumerable.Range(0, 12).Append(252), (subject, detail) => new SmtpReply(code, subject, detail))
            .Append(new(code, null, null));

    private static string RowOf(SmtpRule rule) =>
        $"| {rule.At} | {rule.Codes} | {rule.Enhanced} | {rule.Meaning.ToString().ToLowerInvariant()} |";
}
