using System.Text;
using Herald.Engine.Channels;
using Herald.LocalServers.Mail;
using Herald.TestKit.Receivers;
using MimeKit;

namespace Herald.Email.Tests;

/// <summary>What a mail is, and how it gets to the server.</summary>
public sealed class SendingTests
{
    private const string Uuid = "6fa459ea-ee8a-3ca4-894e-db77e160355e";

    [Fact]
    public async Task A_mail_has_everything_that_the_message_says()
    {
        await using var place = new MailPlace();
        var result = await place.TryAsync(new
        {
            uuid = Uuid,
            to = "Änn <ann@example.com>",
            subject = "Größe 😀",
            text = "Hello\nthere",
            html = "<b>Hello</b>",
            unsubscribe = "https://example.com/end?who=ann",
            priority = "high",
        });

        Assert.Equal(AttemptResult.Delivered with { Duration = result.Duration }, result);
        var received = await place.NextAsync();
        Assert.Equal(("herald@example.com", true, null), (received.Sender, received.IsEncrypted, received.User));
        Assert.Equal(["ann@example.com"], received.Recipients);
        var mail = Parse(received);
        Assert.Equal($"{Uuid}@example.com", mail.MessageId);
        Assert.Equal(place.Clock.GetUtcNow(), mail.Date);
        Assert.Equal(("Größe 😀", "\"Herald\" <herald@example.com>"), (mail.Subject, mail.From.ToString()));
        Assert.Equal(("Änn", "ann@example.com"), (mail.To.Mailboxes.Single().Name, mail.To.Mailboxes.Single().Address));
        var parts = Assert.IsType<MultipartAlternative>(mail.Body).Cast<TextPart>().ToList();
        Assert.Equal(["text/plain", "text/html"], parts.Select(part => part.ContentType.MimeType));
        Assert.Equal(["Hello\r\nthere", "<b>Hello</b>"], parts.Select(part => part.Text.ReplaceLineEndings("\r\n").TrimEnd()));
        Assert.Equal("<https://example.com/end?who=ann>", mail.Headers[HeaderId.ListUnsubscribe]);
        Assert.Equal("List-Unsubscribe=One-Click", mail.Headers["List-Unsubscribe-Post"]);
        Assert.Equal(MessageImportance.High, mail.Importance);
    }

    [Fact]
    public async Task What_a_message_does_not_say_is_not_in_the_mail()
    {
        await using var place = new MailPlace();
        await place.TryAsync(new { txt = "Hello", unsubscribe = "mailto:end@example.com" }, "email://main/ann@example.com");
        var mail = Parse(await place.NextAsync());
        Assert.Equal(("msg_1@example.com", "", "ann@example.com"), (mail.MessageId, mail.Subject, mail.To.ToString()));
        Assert.IsType<TextPart>(mail.Body);
        Assert.Null(mail.Headers["List-Unsubscribe-Post"]);
        Assert.Null(mail.Headers[HeaderId.Importance]);
    }

    [Theory]
    [InlineData(MailAuthentication.Plain)]
    [InlineData(MailAuthentication.Login)]
    [InlineData(MailAuthentication.Xoauth2)]
    public async Task A_user_proves_who_it_is(MailAuthentication auth)
    {
        var users = new Dictionary<string, string> { ["änn"] = "pässword" };
        await using var place = new MailPlace(new() { Certificate = TestCertificate.Create(), Users = users });
        var options = place.Options with { User = "änn", Password = "pässword", Token = "pässword", Auth = auth };
        place.Provider("main", options);
        place.Provider("wrong", options with { Password = "other", Token = "other" });

        Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(new { to = "ann@example.com", text = "a" })).Outcome);
        Assert.Equal("änn", (await place.NextAsync()).User);
        var refused = await place.TryAsync(new { to = "ann@example.com", text = "a" }, "email://wrong");
        Assert.Equal((AttemptOutcome.Failed, true, 535), (refused.Outcome, refused.EndpointTroubled, refused.StatusCode));
        Assert.Contains("the server refuses the user", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_read_from_its_file_for_each_connection()
    {
        var users = new Dictionary<string, string> { ["ann"] = "new" };
        await using var place = new MailPlace(new() { Users = users });
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "old\n", TestContext.Current.CancellationToken);
        place.Provider(
            "main", MailPlace.OpenOptions(place.Server.Port) with { User = "ann", TokenFile = file, Auth = MailAuthentication.Xoauth2 });

        var old = await place.TryAsync(new { to = "ann@example.com", text = "a" });
        Assert.Equal((AttemptOutcome.Failed, true), (old.Outcome, old.EndpointTroubled));
        Assert.Contains("the server refuses the user", old.Reason, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "new\n", TestContext.Current.CancellationToken);
        Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(new { to = "ann@example.com", text = "a" })).Outcome);
        File.Delete(file);
    }

    [Fact]
    public async Task TLS_from_the_beginning_works_too()
    {
        await using var place = new MailPlace(new() { Certificate = TestCertificate.Create(), IsEncryptedFromTheBeginning = true });
        place.Provider("main", place.Options with { Security = MailSecurity.Tls });
        Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(new { to = "ann@example.com", text = "a" })).Outcome);
        Assert.True((await place.NextAsync()).IsEncrypted);
    }

    [Fact]
    public async Task A_server_without_STARTTLS_gets_no_mail()
    {
        await using var place = new MailPlace(new());
        place.Provider("main", place.Options with { CaFile = null });
        var result = await place.TryAsync(new { to = "ann@example.com", text = "a" });
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Secure, true), (result.Outcome, result.Stage, result.EndpointTroubled));
        Assert.Contains("the server does not offer it", result.Reason, StringComparison.Ordinal);
        Assert.Equal(0, place.Taken);
    }

    [Fact]
    public async Task A_server_with_a_certificate_that_nobody_trusts_or_for_another_name_gets_no_mail()
    {
        await using var untrusted = new MailPlace();
        untrusted.Provider("main", untrusted.Options with { CaFile = null });
        await using var misnamed = new MailPlace(new() { Certificate = TestCertificate.For("other.example.com") });
        foreach (var place in (MailPlace[])[untrusted, misnamed])
        {
            var result = await place.TryAsync(new { to = "ann@example.com", text = "a" });
            Assert.Equal((AttemptOutcome.Failed, AttemptStage.Secure, true), (result.Outcome, result.Stage, result.EndpointTroubled));
            Assert.Contains("no encryption", result.Reason, StringComparison.Ordinal);
            Assert.Equal(0, place.Taken);
        }
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_the_servers_trouble_and_is_named()
    {
        await using var place = new MailPlace();
        place.Provider("main", place.Options with { CaFile = "/nowhere/ca.pem" });
        var result = await place.TryAsync(new { to = "ann@example.com", text = "a" });
        Assert.Equal((AttemptOutcome.Failed, true), (result.Outcome, result.EndpointTroubled));
        Assert.Contains("/nowhere/ca.pem", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_guard_refuses_a_server_inside_of_the_network()
    {
        await using var place = new MailPlace();
        place.Provider("main", place.Options, new() { Guard = true });
        var result = await place.TryAsync(new { to = "ann@example.com", text = "a" });
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Guard), (result.Outcome, result.Stage));
        Assert.Contains("loopback; Herald goes there only if the provider's setting private", result.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("webhooks", result.Reason, StringComparison.Ordinal);
        Assert.Equal(0, place.Server.Connections);
    }

    [Fact]
    public async Task An_address_with_letters_outside_of_ASCII_needs_SMTPUTF8()
    {
        await using var place = new MailPlace(new());
        place.Provider("main", MailPlace.OpenOptions(place.Server.Port));
        Assert.Equal(AttemptOutcome.Delivered, (await place.TryAsync(new { to = "änn@exämple.com", text = "a" })).Outcome);
        var received = await place.NextAsync();
        Assert.Contains("SMTPUTF8", received.Parameters, StringComparison.Ordinal);
        Assert.StartsWith("änn@", received.Recipients.Single(), StringComparison.Ordinal);

        // A domain can be written in ASCII everywhere.
        await using var old = new MailPlace(new() { Extensions = ["8BITMIME"] });
        old.Provider("main", MailPlace.OpenOptions(old.Server.Port));
        Assert.Equal(AttemptOutcome.Delivered, (await old.TryAsync(new { to = "ann@exämple.com", text = "ä" })).Outcome);
        Assert.Equal("ann@xn--exmple-cua.com", (await old.NextAsync()).Recipients.Single());
        var refused = await old.TryAsync(new { to = "änn@example.com", text = "a" });
        Assert.Equal(AttemptOutcome.Rejected, refused.Outcome);
        Assert.Contains("does not offer SMTPUTF8", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_that_is_larger_than_the_server_takes_is_refused_with_both_sizes()
    {
        await using var place = new MailPlace(new() { Extensions = ["SIZE 20000"] });
        place.Provider("main", MailPlace.OpenOptions(place.Server.Port));
        var small = await place.TryAsync(new { to = "ann@example.com", text = new string('a', 5000) });
        Assert.Equal(AttemptOutcome.Delivered, small.Outcome);
        var result = await place.TryAsync(new { to = "ann@example.com", text = new string('a', 50_000) });
        Assert.Equal((AttemptOutcome.Rejected, false), (result.Outcome, result.EndpointTroubled));
        Assert.Matches("the mail has 5[0-9],[0-9]{3} bytes, and the server takes 20,000", result.Reason);
        // The connection is not lost by that.
        await place.TryAsync(new { to = "ann@example.com", text = "a" });
        Assert.Equal(1, place.Server.Connections);
    }

    [Fact]
    public async Task The_size_of_a_mail_is_that_which_the_server_would_get()
    {
        // 181,200 bytes in UTF-8, and more than 240,000 where only seven bits come through.
        var message = new { to = "ann@example.com", text = string.Concat(Enumerable.Repeat(new string('汉', 100) + "\n", 600)) };
        await using var wide = new MailPlace(new() { Extensions = ["8BITMIME", "SIZE 200000"] });
        wide.Provider("main", MailPlace.OpenOptions(wide.Server.Port));
        Assert.Equal((AttemptOutcome.Delivered, ""), Told(await wide.TryAsync(message)));

        await using var narrow = new MailPlace(new() { Extensions = ["SIZE 200000"] });
        narrow.Provider("main", MailPlace.OpenOptions(narrow.Server.Port));
        var refused = await narrow.TryAsync(message);
        Assert.Equal((AttemptOutcome.Rejected, AttemptStage.Guard), (refused.Outcome, refused.Stage));
        Assert.Matches("the mail has 2[0-9]{2},[0-9]{3} bytes, and the server takes 200,000", refused.Reason);
    }

    [Fact]
    public async Task A_server_that_lacks_what_a_mail_needs_refuses_it_once()
    {
        await using var place = new MailPlace(new() { Extensions = ["SMTPUTF8"] });
        place.Provider("main", MailPlace.OpenOptions(place.Server.Port));
        var result = await place.TryAsync(new { to = "änn@example.com", text = "a" });
        Assert.Equal((AttemptOutcome.Rejected, false), (result.Outcome, result.EndpointTroubled));
        Assert.Contains("the server cannot take this mail", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_byte_of_the_header_is_ASCII()
    {
        await using var place = new MailPlace(new() { Extensions = ["8BITMIME"] });
        place.Provider("main", MailPlace.OpenOptions(place.Server.Port));
        await place.TryAsync(new
        {
            to = "Änn <ann@exämple.com>",
            subject = "Größe",
            text = "ä",
            unsubscribe = "https://exämple.com/ende?wer=änn",
        });
        var content = (await place.NextAsync()).Content;
        var header = content.AsSpan(0, content.AsSpan().IndexOf("\r\n\r\n"u8));
        Assert.True(Ascii.IsValid(header), Encoding.UTF8.GetString(header));
        var text = Encoding.ASCII.GetString(header);
        Assert.Contains("<https://xn--exmple-cua.com/ende?wer=%C3%A4nn>", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_for_clients_is_not_one_for_a_server()
    {
        const string ForClients = "1.3.6.1.5.5.7.3.2";
        await using var place = new MailPlace(new() { Certificate = TestCertificate.OnlyFor(ForClients) });
        var result = await place.TryAsync(new { to = "ann@example.com", text = "a" });
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Secure, true), (result.Outcome, result.Stage, result.EndpointTroubled));
        Assert.Equal(0, place.Taken);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("a@b@c")]
    [InlineData("ann@example.com, eve@example.com")]
    [InlineData("ann@example.com> RCPT TO:<eve@example.com")]
    [InlineData("\"a b\"@example.com")]
    [InlineData("<@relay.example.com:ann@example.com>")]
    [InlineData("ann@-example.com")]
    [InlineData("ann..b@example.com")]
    [InlineData("friends: ann@example.com;")]
    public async Task A_recipient_that_is_not_one_address_is_refused_before_anything_is_sent(string to)
    {
        await using var place = new MailPlace();
        var result = await place.TryAsync(new { to, text = "a" });
        Assert.Equal((AttemptOutcome.Rejected, AttemptStage.Guard), (result.Outcome, result.Stage));
        Assert.Contains("Write one mail address", result.Reason, StringComparison.Ordinal);
        Assert.Equal(0, place.Server.Connections);
        Assert.NotNull(place.Channel.Refuse(new($"email://main/{Uri.EscapeDataString(to)}")));
    }

    [Fact]
    public async Task A_message_to_nobody_is_refused()
    {
        await using var place = new MailPlace();
        var result = await place.TryAsync(new { text = "a" });
        Assert.Contains("to 'missing': Neither the message nor the endpoint", result.Reason, StringComparison.Ordinal);
    }

    private static MimeMessage Parse(ReceivedMail mail) => MimeMessage.Load(new MemoryStream(mail.Content));

    private static (AttemptOutcome Outcome, string Reason) Told(AttemptResult result) => (result.Outcome, result.Reason);
}
