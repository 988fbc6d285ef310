using System.Net.Security;
using System.Text;

namespace Herald.LocalServers.Mail;

/// <summary>One connection of a client to a <see cref="LocalMailServer"/>.</summary>
internal sealed class MailSession(MailServerOptions options, int connection, Stream transport)
{
    private Stream _stream = transport;
    private MailLines _lines = new(transport);
    private ReceivedMail? _mail;
    private string? _user;
    private bool _isEncrypted, _hasGreeted, _isOver;

    public async Task RunAsync(CancellationToken cancel)
    {
        if (options.IsEncryptedFromTheBeginning)
            await EncryptAsync(cancel).ConfigureAwait(false);
        if (_isOver)
            return;
        await AnswerAsync(MailStage.Greeting, "", 220, "mail.local ESMTP", cancel).ConfigureAwait(false);
        while (!_isOver && await _lines.ReadAsync(cancel).ConfigureAwait(false) is { } line)
        {
            var (verb, argument) = line.IndexOf(' ', StringComparison.Ordinal) is var space and >= 0
                ? (line[..space].ToUpperInvariant(), line[(space + 1)..].Trim())
                : (line.ToUpperInvariant(), "");
            await (verb switch
            {
                "EHLO" or "HELO" => HelloAsync(verb, argument, cancel),
                "STARTTLS" => StartTlsAsync(cancel),
                "AUTH" => AuthenticateAsync(argument, cancel),
                "MAIL" => SenderAsync(argument, cancel),
                "RCPT" => RecipientAsync(argument, cancel),
                "DATA" => DataAsync(cancel),
                "RSET" => ResetAsync(cancel),
                "NOOP" => SayAsync(250, "2.0.0 Ok", cancel),
                "QUIT" => QuitAsync(cancel),
                _ => SayAsync(500, "5.5.1 Unknown command", cancel),
            }).ConfigureAwait(false);
        }
    }

    private async Task HelloAsync(string verb, string name, CancellationToken cancel)
    {
        _mail = null;
        var offers = new List<string> { "mail.local" };
        if (verb == "EHLO")
        {
            offers.AddRange(options.Extensions);
            if (options.Certificate is not null && !_isEncrypted)
                offers.Add("STARTTLS");
            // A password never goes over an open line (RFC 4954, section 4).
            if (options.Users.Count > 0 && (_isEncrypted || options.Certificate is null))
                offers.Add("AUTH PLAIN LOGIN XOAUTH2");
        }
        _hasGreeted = await AnswerAsync(MailStage.Hello, name, 250, string.Join('\n', offers), cancel).ConfigureAwait(false);
    }

    private async Task StartTlsAsync(CancellationToken cancel)
    {
        if (options.Certificate is null || _isEncrypted)
            await SayAsync(502, "5.5.1 Not offered", cancel).ConfigureAwait(false);
        else if (await AnswerAsync(MailStage.StartTls, "", 220, "2.0.0 Go ahead", cancel).ConfigureAwait(false))
            await EncryptAsync(cancel).ConfigureAwait(false);
    }

    private async Task EncryptAsync(CancellationToken cancel)
    {
        if (options.Plan(new(MailStage.Handshake, connection, "", null)) is { } plan)
        {
            await DoAsync(plan, cancel).ConfigureAwait(false);
            return;
        }
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = options.Certificate }, cancel)
            .ConfigureAwait(false);
        // What was said before encryption does not count.
        (_stream, _lines, _isEncrypted, _hasGreeted, _user) = (tls, new(tls), true, false, null);
    }

    private async Task AuthenticateAsync(string argument, CancellationToken cancel)
    {
        var parts = argument.Split(' ');
        var mechanism = parts[0].ToUpperInvariant();
        var credentials = mechanism switch
        {
            "PLAIN" => (await ResponseAsync(parts, "", cancel).ConfigureAwait(false)).Split('\0') is [_, var user, var password]
                ? (user, password) : ("", ""),
            "LOGIN" => (await ResponseAsync(parts, "Username:", cancel).ConfigureAwait(false),
                await ResponseAsync([], "Password:", cancel).ConfigureAwait(false)),
            "XOAUTH2" => BearerOf(await ResponseAsync(parts, "", cancel).ConfigureAwait(false)),
            _ => ("", ""),
        };
        if (!options.Users.TryGetValue(credentials.Item1, out var known) || known != credentials.Item2)
        {
            // Here, the reason is one more challenge. The client answers it with an empty line.
            if (mechanism == "XOAUTH2")
                await ResponseAsync([], "{\"status\":\"401\"}", cancel).ConfigureAwait(false);
            await SayAsync(535, "5.7.8 Authentication credentials invalid", cancel).ConfigureAwait(false);
        }
        else if (await AnswerAsync(MailStage.Authentication, credentials.Item1, 235, "2.7.0 Accepted", cancel).ConfigureAwait(false))
        {
            _user = credentials.Item1;
        }
    }

    private static (string User, string Token) BearerOf(string response)
    {
        const string User = "user=", Bearer = "auth=Bearer ";
        return response.Split('\x01') is [var user, var token, ..]
            && user.StartsWith(User, StringComparison.Ordinal) && token.StartsWith(Bearer, StringComparison.Ordinal)
                ? (user[User.Length..], token[Bearer.Length..])
                : ("", "");
    }

    /// <summary>The initial response of the command, or the one to a prompt.</summary>
    private async Task<string> ResponseAsync(string[] parts, string prompt, CancellationToken cancel)
    {
        var text = parts.Length > 1 ? parts[1] : null;
        if (text is null)
        {
            await SayAsync(334, Convert.ToBase64String(Encoding.UTF8.GetBytes(prompt)), cancel).ConfigureAwait(false);
            text = await _lines.ReadAsync(cancel).ConfigureAwait(false) ?? "";
        }
        return text == "=" ? "" : Encoding.UTF8.GetString(Convert.FromBase64String(text));
    }

    private async Task SenderAsync(string argument, CancellationToken cancel)
    {
        if (!_hasGreeted || _mail is not null)
            await SayAsync(503, "5.5.1 Not now", cancel).ConfigureAwait(false);
        else if (options.Users.Count > 0 && _user is null)
            await SayAsync(530, "5.7.0 Authentication required", cancel).ConfigureAwait(false);
        else if (MailPath.Parse("FROM:", argument) is not { } path)
            await SayAsync(501, "5.1.7 Bad sender", cancel).ConfigureAwait(false);
        else if (MailPath.SizeOf(path.Parameters) is var size && options.Extensions.Any(one => MailPath.LimitOf(one) < size))
            await SayAsync(552, "5.3.4 Message too big", cancel).ConfigureAwait(false);
        else if (!path.IsAscii && !path.Parameters.Contains("SMTPUTF8", StringComparison.Ordinal))
            await SayAsync(553, "5.6.7 Non-ASCII address without SMTPUTF8", cancel).ConfigureAwait(false);
        else
        {
            var mail = new ReceivedMail
            {
                Connection = connection,
                IsEncrypted = _isEncrypted,
                User = _user,
                Sender = path.Address,
                Parameters = path.Parameters,
            };
            if (await AnswerAsync(MailStage.Sender, path.Address, 250, "2.1.0 Ok", cancel).ConfigureAwait(false))
                _mail = mail;
        }
    }

    private async Task RecipientAsync(string argument, CancellationToken cancel)
    {
        if (_mail is null)
            await SayAsync(503, "5.5.1 Need a sender", cancel).ConfigureAwait(false);
        else if (MailPath.Parse("TO:", argument) is not { } path)
            await SayAsync(501, "5.1.3 Bad recipient", cancel).ConfigureAwait(false);
        else if (!path.IsAscii && !_mail.Parameters.Contains("SMTPUTF8", StringComparison.Ordinal))
            await SayAsync(553, "5.6.7 Non-ASCII address without SMTPUTF8", cancel).ConfigureAwait(false);
        else if (await AnswerAsync(MailStage.Recipient, path.Address, 250, "2.1.5 Ok", cancel).ConfigureAwait(false))
            _mail.Recipients.Add(path.Address);
    }

    private async Task DataAsync(CancellationToken cancel)
    {
        if (_mail is not { Recipients.Count: > 0 } mail)
        {
            await SayAsync(554, "5.5.1 No valid recipients", cancel).ConfigureAwait(false);
            return;
        }
        if (!await AnswerAsync(MailStage.Data, "", 354, "Go ahead", cancel).ConfigureAwait(false))
            return;
        if (options.Plan(new(MailStage.Content, connection, "", mail)) is { } plan)
        {
            await DoAsync(plan, cancel).ConfigureAwait(false);
            return;
        }
        if (await _lines.ReadContentAsync(cancel).ConfigureAwait(false) is not { } content)
        {
            _isOver = true;
            return;
        }
        (mail.Content, _mail) = (content, null);
        var end = options.Plan(new(MailStage.End, connection, "", mail));
        if (end is null or MailAnswer.TakeAndDrop or MailAnswer.TakeAndHang)
            options.Taken(mail);
        await (end is null ? SayAsync(250, "2.0.0 Taken", cancel) : DoAsync(end, cancel)).ConfigureAwait(false);
    }

    private Task<bool> ResetAsync(CancellationToken cancel)
    {
        _mail = null;
        return AnswerAsync(MailStage.Reset, "", 250, "2.0.0 Ok", cancel);
    }

    private Task QuitAsync(CancellationToken cancel)
    {
        _isOver = true;
        return SayAsync(221, "2.0.0 Bye", cancel);
    }

    /// <summary>Does what the plan says, or else answers with this. True when the answer is a good one.</summary>
    private async Task<bool> AnswerAsync(MailStage stage, string argument, int code, string text, CancellationToken cancel)
    {
        if (options.Plan(new(stage, connection, argument, _mail)) is { } plan)
            return await DoAsync(plan, cancel).ConfigureAwait(false);
        await SayAsync(code, text, cancel).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> DoAsync(MailAnswer plan, CancellationToken cancel)
    {
        switch (plan)
        {
            case MailAnswer.Say say:
                await SayAsync(say.Code, say.Text, cancel).ConfigureAwait(false);
                return say.Code < 400;
            case MailAnswer.SayAndDrop last:
                await SayAsync(last.Code, last.Text, cancel).ConfigureAwait(false);
                break;
            case MailAnswer.SendAndDrop half:
                await _stream.WriteAsync(Encoding.UTF8.GetBytes(half.Characters), cancel).ConfigureAwait(false);
                break;
            case MailAnswer.Hang or MailAnswer.TakeAndHang:
                // What the client still sends is of no interest, only its end.
                while (await _lines.ReadAsync(cancel).ConfigureAwait(false) is not null)
                    continue;
                break;
            case MailAnswer.Flood flood:
                var lines = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"{flood.Line}\r\n", 1000)));
                while (!cancel.IsCancellationRequested)
                    await _stream.WriteAsync(lines, cancel).ConfigureAwait(false);
                break;
            case MailAnswer.Drop or MailAnswer.TakeAndDrop:
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"{plan}");
        }
        _isOver = true;
        return false;
    }

    private async Task SayAsync(int code, string text, CancellationToken cancel)
    {
        var lines = text.Split('\n');
        var reply = string.Concat(lines.Select((line, i) => $"{code}{(i == lines.Length - 1 ? ' ' : '-')}{line}\r\n"));
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(reply), cancel).ConfigureAwait(false);
    }
}
