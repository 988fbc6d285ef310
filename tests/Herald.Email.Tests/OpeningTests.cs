using Herald.Engine.Channels;
using Herald.LocalServers.Mail;
using Herald.TestKit.Receivers;

namespace Herald.Email.Tests;

/// <summary>A server that gets no further than its session.</summary>
public sealed class OpeningTests
{
    private static readonly object Mail = new { to = "ann@example.com", text = "Hello" };

    [Theory]
    [InlineData(MailStage.Greeting, MailSecurity.Starttls)]
    [InlineData(MailStage.Hello, MailSecurity.Starttls)]
    [InlineData(MailStage.StartTls, MailSecurity.Starttls)]
    [InlineData(MailStage.Handshake, MailSecurity.Starttls)]
    [InlineData(MailStage.Handshake, MailSecurity.Tls)]
    [InlineData(MailStage.Authentication, MailSecurity.Starttls)]
    public async Task A_server_that_hangs_ends_at_the_time_of_the_setting_and_is_named(MailStage stage, MailSecurity security)
    {
        var hangs = new SemaphoreSlim(0);
        await using var place = new MailPlace(new()
        {
            Certificate = TestCertificate.Create(),
            IsEncryptedFromTheBeginning = security == MailSecurity.Tls,
            Users = new Dictionary<string, string> { ["ann"] = "secret" },
        });
        place.Plan = step =>
        {
            if (step.Stage != stage)
                return null;
            hangs.Release();
            return new MailAnswer.Hang();
        };
        place.Provider("main", place.Options with { Security = security, User = "ann", Password = "secret" });
        var attempt = place.TryAsync(Mail);
        await hangs.WaitAsync(TestContext.Current.CancellationToken);
        place.Clock.Advance(TimeSpan.FromSeconds(10));
        var result = await attempt;
        Assert.Equal((AttemptOutcome.Failed, true), (result.Outcome, result.EndpointTroubled));
        Assert.Equal($"main: 127.0.0.1:{place.Server.Port}: no session within 10s", result.Reason);
    }

    [Theory]
    [InlineData("454 4.7.0 Temporary authentication failure")]
    [InlineData("535 5.7.8 Wrong password")]
    [InlineData("421 4.3.0 Closing")]
    public async Task A_server_that_cannot_check_its_users_gets_no_mail_and_the_next_one_does(string what)
    {
        await using var place = new MailPlace(new() { Users = new Dictionary<string, string> { ["ann"] = "secret" } });
        place.Plan = step => step.Stage == MailStage.Authentication
            ? new MailAnswer.Say(int.Parse(what[..3], System.Globalization.CultureInfo.InvariantCulture), what[4..]) : null;
        await using var backup = new MailPlace(new());
        place.Provider("main", MailPlace.OpenOptions(place.Server.Port) with { User = "ann", Password = "secret" });
        place.Provider("backup", MailPlace.OpenOptions(backup.Server.Port));
        var alone = await place.TryAsync(Mail);
        Assert.Equal((AttemptOutcome.Failed, true), (alone.Outcome, alone.EndpointTroubled));
        Assert.Contains($"the server refuses the user: {what}", alone.Reason, StringComparison.Ordinal);
        Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(Mail, "email://main?then=backup")).Outcome);
        Assert.Equal((0, 1), (place.Taken, backup.Taken));
    }

    /// <summary>The client keeps an answer until its last line, and these have none.</summary>
    [Theory]
    [InlineData(MailStage.Greeting, "220-x")]
    [InlineData(MailStage.Hello, "250-x")]
    [InlineData(MailStage.Sender, "250-x")]
    [InlineData(MailStage.Sender, "550-x")]
    public async Task A_server_that_never_ends_its_answer_ends_the_attempt_and_not_the_memory(MailStage stage, string line)
    {
        await using var place = new MailPlace(new());
        place.Plan = step => step.Stage == stage ? new MailAnswer.Flood(line) : null;
        place.Provider("main", MailPlace.OpenOptions(place.Server.Port));
        var result = await place.TryAsync(Mail);
        Assert.Equal((AttemptOutcome.Failed, true), (result.Outcome, result.EndpointTroubled));
        Assert.Contains("the server has answered more than 131,072 bytes to one command", result.Reason, StringComparison.Ordinal);
    }
}
