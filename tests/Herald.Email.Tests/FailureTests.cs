using System.Globalization;
using Herald.Engine.Channels;
using Herald.LocalServers.Mail;

namespace Herald.Email.Tests;

/// <summary>What a mail server can do wrong at each step, what follows for the attempt, and whether the next server may send.</summary>
public sealed class FailureTests
{
    private static readonly object Mail = new { to = "ann@example.com", text = "Hello" };

    public static TheoryData<MailStage, string, AttemptOutcome, bool, bool, string> Failures => new()
    {
        // Step, what the server does, outcome, the endpoint is troubled, the next server is used, words.
        { MailStage.Greeting, "554 No service", AttemptOutcome.Failed, true, true, "refuses the session: 554 No service" },
        { MailStage.Greeting, "421 4.3.2 Closing", AttemptOutcome.Failed, true, true, "421 4.3.2 Closing" },
        { MailStage.Greeting, "drop", AttemptOutcome.Failed, true, true, "ended the session before it took mails" },
        { MailStage.Greeting, "half", AttemptOutcome.Failed, true, true, "ended the session before it took mails" },
        { MailStage.Greeting, "noise", AttemptOutcome.Failed, true, true, "ended the session before it took mails" },
        { MailStage.Hello, "drop", AttemptOutcome.Failed, true, true, "ended the session before it took mails" },
        { MailStage.Sender, "550 5.7.1 Not yours", AttemptOutcome.Failed, true, true, "refuses the sender: 550 5.7.1 Not yours" },
        { MailStage.Sender, "451 4.3.0 Later", AttemptOutcome.Failed, true, true, "refuses the sender" },
        { MailStage.Sender, "530 5.7.0 Who are you?", AttemptOutcome.Failed, true, true, "refuses the user: 530 5.7.0 Who are you?" },
        { MailStage.Sender, "450 4.7.1 Too many mails", AttemptOutcome.Failed, true, false, "refuses the sender: 450 4.7.1 Too many" },
        { MailStage.Sender, "450 4.1.8 No such domain", AttemptOutcome.Failed, true, true, "refuses the sender: 450 4.1.8 No such" },
        { MailStage.Sender, "drop", AttemptOutcome.Failed, true, true, "ended before the mail was sent" },
        { MailStage.Sender, "552 5.3.4 Too big", AttemptOutcome.Rejected, false, false, "5.3.4 Too big" },
        { MailStage.Recipient, "550 5.1.1 No such user", AttemptOutcome.Rejected, false, false, "refuses the recipient: 550 5.1.1 No" },
        { MailStage.Recipient, "550 No such user", AttemptOutcome.Rejected, false, false, "550 No such user" },
        { MailStage.Recipient, "452 4.2.2 Full", AttemptOutcome.Failed, false, false, "4.2.2 Full" },
        { MailStage.Recipient, "552 5.2.2 Full", AttemptOutcome.Failed, false, false, "5.2.2 Full" },
        { MailStage.Recipient, "450 4.2.0 Grey", AttemptOutcome.Failed, false, false, "4.2.0 Grey" },
        { MailStage.Recipient, "450 4.7.1 Greylisted", AttemptOutcome.Failed, false, false, "450 4.7.1 Greylisted" },
        { MailStage.Recipient, "501 5.1.3 Bad address", AttemptOutcome.Rejected, false, false, "501 5.1.3 Bad address" },
        { MailStage.Recipient, "504 5.5.2 Not fully qualified", AttemptOutcome.Rejected, false, false, "504 5.5.2 Not fully" },
        { MailStage.Recipient, "553 5.1.8 No such domain of the sender", AttemptOutcome.Failed, true, true, "553 5.1.8 No such domain" },
        { MailStage.Recipient, "550 5.1.0 Sender address rejected", AttemptOutcome.Failed, false, true, "550 5.1.0 Sender address" },
        { MailStage.Recipient, "553 5.7.1 Not your sender", AttemptOutcome.Failed, false, true, "553 5.7.1 Not your sender" },
        { MailStage.Recipient, "550 5.3.0 Access denied", AttemptOutcome.Failed, false, true, "550 5.3.0 Access denied" },
        { MailStage.Recipient, "550 5.4.1 Access denied", AttemptOutcome.Rejected, false, false, "550 5.4.1 Access denied" },
        { MailStage.Recipient, "450 Later", AttemptOutcome.Failed, false, true, "450 Later" },
        { MailStage.Recipient, "554 5.7.1 Relay access denied", AttemptOutcome.Failed, false, true, "Relay access denied" },
        { MailStage.Recipient, "550 5.5.0 Mailbox unavailable", AttemptOutcome.Rejected, false, false, "550 5.5.0 Mailbox unavailable" },
        { MailStage.Recipient, "550 5.1.8 Sender's domain not found", AttemptOutcome.Failed, true, true, "550 5.1.8 Sender's domain" },
        { MailStage.Recipient, "450 4.1.8 Sender's domain not found", AttemptOutcome.Failed, true, true, "450 4.1.8 Sender's domain" },
        { MailStage.Recipient, "421 4.7.0 Too many", AttemptOutcome.Failed, true, false, "421 4.7.0 Too many" },
        { MailStage.Recipient, "drop", AttemptOutcome.Failed, true, true, "ended before the mail was sent" },
        { MailStage.Recipient, "half", AttemptOutcome.Failed, true, true, "ended before the mail was sent" },
        { MailStage.Data, "550 5.4.5 Daily sending quota exceeded", AttemptOutcome.Failed, true, true, "5.4.5 Daily sending quota" },
        { MailStage.Data, "451 4.3.1 Disk", AttemptOutcome.Failed, true, true, "takes no content: 451 4.3.1 Disk" },
        { MailStage.Data, "drop", AttemptOutcome.Failed, true, true, "ended before the mail was sent" },
        { MailStage.Data, "530 5.7.0 Who are you?", AttemptOutcome.Failed, true, true, "takes no content: 530 5.7.0 Who are you?" },
        { MailStage.End, "451 4.3.0 Later", AttemptOutcome.Failed, true, true, "refuses the mail: 451 4.3.0 Later" },
        { MailStage.End, "550 5.7.1 Spam", AttemptOutcome.Failed, false, true, "refuses the mail: 550 5.7.1 Spam" },
        { MailStage.End, "554 5.6.0 Bad content", AttemptOutcome.Rejected, false, false, "5.6.0 Bad content" },
        { MailStage.End, "552 5.3.4 Too big", AttemptOutcome.Rejected, false, false, "5.3.4 Too big" },
        { MailStage.End, "451 4.7.1 Slow down", AttemptOutcome.Failed, false, false, "4.7.1 Slow down" },
        { MailStage.End, "550 5.1.8 Bad outbound sender", AttemptOutcome.Failed, true, true, "550 5.1.8 Bad outbound sender" },
        { MailStage.End, "554 5.2.252 SendAsDenied", AttemptOutcome.Failed, true, true, "554 5.2.252 SendAsDenied" },
        { MailStage.End, "550 5.1.90 Enough for today", AttemptOutcome.Failed, false, true, "550 5.1.90 Enough for today" },
        { MailStage.End, "554 Sender is not verified", AttemptOutcome.Failed, false, true, "554 Sender is not verified" },
        { MailStage.End, "550 5.1.1 No such user", AttemptOutcome.Rejected, false, false, "refuses the mail: 550 5.1.1 No" },
        { MailStage.End, "take and drop", AttemptOutcome.Failed, true, false, "before the server confirmed the mail" },
        { MailStage.End, "half", AttemptOutcome.Failed, true, false, "before the server confirmed the mail" },
        { MailStage.End, "noise", AttemptOutcome.Failed, true, false, "before the server confirmed the mail" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_failure_is_told_apart_and_the_next_server_is_used_only_on_proof(
        MailStage stage, string what, AttemptOutcome outcome, bool isTroubled, bool goesOn, string words)
    {
        await using var place = await TwoServers.OpenAsync(step => step.Stage == stage ? AnswerOf(what) : null);

        var alone = await place.TryAsync("email://alone");
        Assert.Equal((outcome, isTroubled), (alone.Outcome, alone.EndpointTroubled));
        Assert.Contains(words, alone.Reason, StringComparison.Ordinal);
        Assert.StartsWith("alone: ", alone.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', alone.Reason);
        Assert.Equal(char.IsAsciiDigit(what[0]) ? CodeOf(what) : (int?)null, alone.StatusCode);
        Assert.Equal(WaitAfter(stage, what), alone.RetryAfter);

        var chained = await place.TryAsync("email://main?then=backup");
        Assert.Equal(goesOn ? AttemptOutcome.Delivered : outcome, chained.Outcome);
        Assert.Equal(goesOn ? 1 : 0, place.TakenByBackup);
    }

    [Fact]
    public async Task A_server_that_ends_the_connection_in_the_middle_of_a_mail_does_not_have_it()
    {
        await using var place = await TwoServers.OpenAsync(step => step.Stage == MailStage.Content ? new MailAnswer.Drop() : null);
        // Much more than the buffers between here and there.
        place.Text = new string('a', 1_000_000);
        var result = await place.TryAsync("email://main?then=backup");
        Assert.Equal(AttemptOutcome.Delivered, result.Outcome);
        Assert.Equal(1, place.TakenByBackup);
    }

    [Theory]
    [InlineData(MailStage.Greeting, AttemptStage.Connect, true)]
    [InlineData(MailStage.Hello, AttemptStage.Connect, true)]
    [InlineData(MailStage.Sender, AttemptStage.Send, true)]
    [InlineData(MailStage.Recipient, AttemptStage.Send, true)]
    [InlineData(MailStage.Data, AttemptStage.Send, true)]
    [InlineData(MailStage.End, AttemptStage.Wait, false)]
    public async Task A_server_that_hangs_ends_at_the_time_out_and_the_next_one_is_used_only_before_the_content(
        MailStage stage, AttemptStage reached, bool goesOn)
    {
        var hangs = new SemaphoreSlim(0);
        await using var place = await TwoServers.OpenAsync(step =>
        {
            if (step.Stage != stage)
                return null;
            hangs.Release();
            return new MailAnswer.Hang();
        });

        var attempt = place.TryAsync("email://alone");
        await hangs.WaitAsync(TestContext.Current.CancellationToken);
        place.Clock.Advance(TimeSpan.FromSeconds(15));
        var alone = await attempt;
        Assert.Equal((AttemptOutcome.Failed, reached, true), (alone.Outcome, alone.Stage, alone.EndpointTroubled));

        attempt = place.TryAsync("email://main?then=backup");
        await hangs.WaitAsync(TestContext.Current.CancellationToken);
        // Half of the time is for the backup, unless the first server may have the mail.
        place.Clock.Advance(TimeSpan.FromSeconds(goesOn ? 7.5 : 15));
        Assert.Equal(goesOn ? AttemptOutcome.Delivered : AttemptOutcome.Failed, (await attempt).Outcome);
        Assert.Equal(goesOn ? 1 : 0, place.TakenByBackup);
    }

    [Fact]
    public async Task A_mail_that_may_have_arrived_is_repeated_with_the_same_id_at_the_same_server()
    {
        var isFirst = true;
        await using var place = new MailPlace(new());
        place.Plan = step => step.Stage == MailStage.End && isFirst ? new MailAnswer.TakeAndDrop() : null;
        place.Provider("main", MailPlace.OpenOptions(place.Server.Port) with { Then = "backup" });
        await using var backup = new MailPlace(new());
        place.Provider("backup", MailPlace.OpenOptions(backup.Server.Port));

        Assert.Equal(AttemptOutcome.Failed, (await place.TryAsync(Mail)).Outcome);
        isFirst = false;
        Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(Mail)).Outcome);
        var (one, other) = (await place.NextAsync(), await place.NextAsync());
        Assert.Equal(IdOf(one), IdOf(other));
        Assert.Equal(0, backup.Taken);
    }

    [Theory]
    [InlineData(MailStage.Recipient, "550 5.1.1 No such user")]
    [InlineData(MailStage.End, "554 5.6.0 Bad content")]
    public async Task A_refusal_counts_also_when_the_server_hangs_after_it(MailStage stage, string what)
    {
        var hangs = new SemaphoreSlim(0);
        await using var place = await TwoServers.OpenAsync(step =>
        {
            if (step.Stage != MailStage.Reset)
                return step.Stage == stage ? AnswerOf(what) : null;
            hangs.Release();
            return new MailAnswer.Hang();
        });
        var attempt = place.TryAsync("email://main?then=backup");
        await hangs.WaitAsync(TestContext.Current.CancellationToken);
        place.Clock.Advance(TimeSpan.FromSeconds(15));
        var result = await attempt;
        Assert.Equal((AttemptOutcome.Rejected, AttemptStage.Response), (result.Outcome, result.Stage));
        Assert.Contains(what, result.Reason, StringComparison.Ordinal);
        Assert.Equal(0, place.TakenByBackup);
        // The answer to RSET could still come, so the connection is not used again.
        attempt = place.TryAsync("email://main");
        await hangs.WaitAsync(TestContext.Current.CancellationToken);
        place.Clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(AttemptOutcome.Rejected, (await attempt).Outcome);
        Assert.Equal(2, place.Connections);
    }

    [Fact]
    public async Task A_recipient_that_is_refused_for_now_holds_up_no_other_one()
    {
        await using var place = new MailPlace(new());
        place.Plan = step => step is { Stage: MailStage.Recipient, Argument: "ann@example.com" }
            ? new MailAnswer.Say(450, "4.7.1 Greylisted") : null;
        place.Provider("main", MailPlace.OpenOptions(place.Server.Port));
        Assert.Equal(AttemptOutcome.Failed, (await place.TryAsync(Mail)).Outcome);
        Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(new { to = "bob@example.com", text = "a" })).Outcome);
        Assert.Equal(1, place.Server.Connections);
    }

    private static TimeSpan? WaitAfter(MailStage stage, string what) => what switch
    {
        _ when what.Contains("2.2 Full", StringComparison.Ordinal) => TimeSpan.FromHours(1),
        _ when what.StartsWith("421 4.7", StringComparison.Ordinal) => TimeSpan.FromSeconds(5),
        _ when stage == MailStage.Sender && what.StartsWith("450 4.7", StringComparison.Ordinal) => TimeSpan.FromSeconds(5),
        _ => null,
    };

    private static string IdOf(ReceivedMail mail) => MimeKit.MimeMessage.Load(new MemoryStream(mail.Content)).MessageId!;

    private static MailAnswer AnswerOf(string what) => what switch
    {
        "drop" => new MailAnswer.Drop(),
        "take and drop" => new MailAnswer.TakeAndDrop(),
        "half" => new MailAnswer.SendAndDrop("25"),
        "noise" => new MailAnswer.SendAndDrop("\u0001\u0002 no mail server\r\n"),
        _ when what.StartsWith("421", StringComparison.Ordinal) => new MailAnswer.SayAndDrop(421, what[4..]),
        _ => new MailAnswer.Say(CodeOf(what), what[4..]),
    };

    private static int CodeOf(string what) => int.Parse(what[..3], CultureInfo.InvariantCulture);

    /// <summary>A server with a plan, as the providers alone and main, and one that always takes mails, as backup.</summary>
    private sealed class TwoServers : IAsyncDisposable
    {
        private readonly MailPlace _place, _backup;
        private int _count;

        private TwoServers(Func<MailStep, MailAnswer?> plan)
        {
            _place = new(new()) { Plan = plan };
            _backup = new(new());
            foreach (var name in (string[])["alone", "main"])
                _place.Provider(name, MailPlace.OpenOptions(_place.Server.Port) with { Timeout = TimeSpan.FromMinutes(1) });
            _place.Provider("backup", MailPlace.OpenOptions(_backup.Server.Port));
        }

        public string Text { get; set; } = "Hello";

        public int TakenByBackup => _backup.Taken;

        public int Connections => _place.Server.Connections;

        public TestKit.Time.ManualClock Clock => _place.Clock;

        public static Task<TwoServers> OpenAsync(Func<MailStep, MailAnswer?> plan) => Task.FromResult(new TwoServers(plan));

        public Task<AttemptResult> TryAsync(string endpoint) =>
            _place.TryAsync(new { to = "ann@example.com", text = Text }, endpoint, $"msg_{_count++}");

        public async ValueTask DisposeAsync()
        {
            await _place.DisposeAsync();
            await _backup.DisposeAsync();
        }
    }
}
