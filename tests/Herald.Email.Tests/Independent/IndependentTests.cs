using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Herald.Engine.Channels;
using Herald.TestKit.Receivers;

namespace Herald.Email.Tests.Independent;

/// <summary>Programs that others have written judge the mails: the parser of Python's library, and the mail server aiosmtpd.</summary>
public sealed class IndependentTests
{
    private static readonly string[] Pieces =
    [
        "\r\n", "\n", "\r", "\0", "\r\n.\r\n", "\n.\n", ".", "\"", "<", ">", "@", ",", ";", ":", "(", ")", "\\", "=?utf-8?q?x?=", "=20",
        "\u2028", "\u202e", "\u05d0\u05d1", "😀", "é", "日本語", "Bcc: eve@example.com\r\n", "From nobody\n", "\u001b[2J",
        " ", "  ", "\t", "abc", "a long word that goes on ",
    ];

    [Fact]
    public async Task Whatever_is_in_a_message_comes_out_of_the_mail_and_nothing_else_does()
    {
        await using var parser = await PythonScript.StartAsync("email", "parse_mails.py");
        await using var place = new MailPlace(new());
        place.Provider("main", MailPlace.OpenOptions(place.Server.Port));
        await using var old = new MailPlace(new() { Extensions = [] });
        old.Provider("main", MailPlace.OpenOptions(old.Server.Port));
        var random = new Random(42);
        for (var round = 0; round < 200; round++)
        {
            var (text, html) = ("x" + Draw(random, 60), random.Next(2) == 0 ? null : "<p>" + Draw(random, 60));
            var (subject, name) = (Line(Draw(random, 20)), Line(Draw(random, 6)));
            var quoted = name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            var to = name.Length == 0 ? "ann@example.com" : $"\"{quoted}\" <ann@example.com>";
            var used = round % 2 == 0 ? place : old;

            var unsubscribe = $"https://exämple.com/end?{Uri.EscapeDataString(Line(Draw(random, 6)))}";

            var result = await used.TryAsync(new { subject, to, text, html, unsubscribe }, messageId: $"msg_{round}");

            Assert.Equal((AttemptOutcome.Delivered, ""), (result.Outcome, result.Reason));
            var received = await used.NextAsync();
            Assert.Equal(["ann@example.com"], received.Recipients);
            await parser.WriteLineAsync(Convert.ToBase64String(received.Content));
            using var parsed = JsonDocument.Parse(await parser.ReadLineAsync());
            string? Of(string field) => parsed.RootElement.GetProperty(field).GetString();
            Assert.Equal(Newlines(text), Newlines(Of("text")!));
            Assert.Equal(html is null ? null : Newlines(html), Of("html") is { } read ? Newlines(read) : null);
            Assert.Equal(Spaces(subject), Spaces(Of("subject")!));
            // In names, unlike in subjects, this parser keeps the space between two encoded words, which is not a part of the text.
            Assert.Equal(name.Replace(" ", "", StringComparison.Ordinal), Of("name")!.Replace(" ", "", StringComparison.Ordinal));
            var mailbox = MimeKit.MimeMessage.Load(new MemoryStream(received.Content)).To.Mailboxes.Single();
            Assert.Equal(Spaces(name), Spaces(mailbox.Name ?? ""));
            Assert.Equal(("ann@example.com", 1), (Of("address"), parsed.RootElement.GetProperty("recipients").GetInt32()));
            Assert.Equal($"<msg_{round}@example.com>", Of("id"));
            Assert.Empty(parsed.RootElement.GetProperty("defects").EnumerateArray());
            var end = new string([.. Of("unsubscribe")!.Where(c => c is not (' ' or '\r' or '\n'))]);
            Assert.Equal($"<{unsubscribe.Replace("exämple", "xn--exmple-cua", StringComparison.Ordinal)}>", end);
            string[] expected =
            [
                "content-type", "date", "from", "list-unsubscribe", "list-unsubscribe-post", "message-id", "mime-version", "subject", "to",
            ];
            Assert.Equal(
                expected,
                parsed.RootElement.GetProperty("headers").EnumerateArray().Select(header => header.GetString()!)
                    .Where(header => header != "content-transfer-encoding").Order());
        }
    }

    [Theory]
    [InlineData(MailAuthentication.Plain)]
    [InlineData(MailAuthentication.Login)]
    public async Task A_server_of_others_takes_real_mail_over_STARTTLS(MailAuthentication auth)
    {
        using var certificate = TestCertificate.Create();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            file, $"{certificate.ExportCertificatePem()}\n{certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()}\n",
            TestContext.Current.CancellationToken);
        await using var server = await PythonScript.StartAsync("aiosmtpd", "take_mails.py", file, "ann", "pass word");
        var port = int.Parse(await server.ReadLineAsync(), System.Globalization.CultureInfo.InvariantCulture);
        await using var place = new MailPlace();
        var options = place.Options with { Port = port, CaFile = file, User = "ann", Password = "pass word", Auth = auth };
        place.Provider("main", options);
        place.Provider("wrong", options with { Password = "other" });

        for (var n = 0; n < 5; n++)
        {
            var message = new { to = "bob@example.com", subject = $"Mail {n}", text = $"Hello\n.\n{n}" };
            var result = await place.TryAsync(message, messageId: $"msg_{n}");
            Assert.Equal((AttemptOutcome.Delivered, ""), (result.Outcome, result.Reason));
            using var taken = JsonDocument.Parse(await server.ReadLineAsync());
            Assert.Equal("herald@example.com", taken.RootElement.GetProperty("sender").GetString());
            Assert.True(taken.RootElement.GetProperty("encrypted").GetBoolean());
            Assert.True(taken.RootElement.GetProperty("authenticated").GetBoolean());
            var mail = MimeKit.MimeMessage.Load(new MemoryStream(taken.RootElement.GetProperty("content").GetBytesFromBase64()));
            Assert.Equal(($"Mail {n}", $"msg_{n}@example.com", $"Hello\n.\n{n}"), (mail.Subject, mail.MessageId, Newlines(mail.TextBody!)));
        }

        var refused = await place.TryAsync(new { to = "bob@example.com", text = "Hello" }, "email://wrong");
        Assert.Equal((AttemptOutcome.Failed, true, 535), (refused.Outcome, refused.EndpointTroubled, refused.StatusCode));
        Assert.Contains("the server refuses the user", refused.Reason, StringComparison.Ordinal);
        File.Delete(file);
    }

    private static string Draw(Random random, int most)
    {
        var text = new StringBuilder();
        for (var n = random.Next(most); n > 0; n--)
            text.Append(Pieces[random.Next(Pieces.Length)]);
        return text.ToString();
    }

    /// <summary>A field of one line takes no control characters and no line breaks.</summary>
    private static string Line(string text) => string.Concat(text.Where(c => !char.IsControl(c) && c is not ('\u2028' or '\u2029'))).Trim();

    /// <summary>The transport knows one kind of line break, and a mail can end with one more.</summary>
    private static string Newlines(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n');

    /// <summary>Headers are folded at spaces.</summary>
    private static string Spaces(string text) => string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
