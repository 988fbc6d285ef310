using Herald.Email.Mails;
using Herald.Engine.Channels;
using Herald.Messages.Providers;
using Herald.Outbound;
using MailKit;
using MimeKit;

namespace Herald.Email.Smtp;

/// <summary>Sends mails through one mail server.</summary>
/// <remarks>
/// A mail has these steps:
/// <list type="number">
/// <item>Take an idle connection, or open one.</item>
/// <item>Refuse what this server can never take: its size, or an address that needs SMTPUTF8.</item>
/// <item>Send it. MailKit sends sender and recipient together where the server offers pipelining.</item>
/// <item>When an idle connection has ended before the server had the mail, send it over a new one.</item>
/// </list>
/// </remarks>
internal sealed class SmtpProvider : IProvider, IAsyncDisposable
{
    private readonly EmailProviderOptions _options;
    private readonly MailboxAddress _from;
    private readonly MailWriter _writer;
    private readonly SmtpOpening _opening;
    private readonly SmtpPool _pool;
    private readonly TimeProvider _time;

    public SmtpProvider(string name, EmailProviderOptions options, Dialler dialler, TimeProvider time)
    {
        _from = Mailboxes.Find(options.From)
            ?? throw new ArgumentException($"'{options.From}' is no sender. {MailboxForm.Rule}", nameof(options));
        var domain = options.Domain ?? MailboxAddress.EncodeAddrspec(_from.Address).Split('@')[^1];
        (Name, _options, _time) = (name, options, time);
        _writer = new(_from, domain);
        _opening = new(options, domain, dialler, time);
        _pool = new(time);
    }

    public string Name { get; }

    public ProviderOptions Options => _options;

    /// <summary>How many connections are open and unused.</summary>
    public int IdleConnections => _pool.Idle;

    public async ValueTask<ProviderResult> SendAsync(Sending sending, CancellationToken cancel)
    {
        var to = Mailboxes.Find(sending.To ?? "");
        if (to is null)
            return ProviderResult.Refused($"to '{sending.To}': {Mailboxes.Rule}", stage: AttemptStage.Guard);
        var mail = _writer.Write(sending.Message, to, _time.GetUtcNow());
        return await SendAsync(sending, mail, to, cancel).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    private async ValueTask<ProviderResult> SendAsync(
        Sending sending, MimeMessage mail, MailboxAddress to, CancellationToken cancel)
    {
        // 1. A connection.
        if (await _pool.TakeAsync().ConfigureAwait(false) is { } idle)
        {
            var (result, hadEnded) = await SendOverAsync(idle, sending, mail, to, cancel).ConfigureAwait(false);
            // 4. A connection that had ended.
            if (!hadEnded)
                return result;
        }
        SmtpConnection opened;
        try
        {
            opened = await _opening.OpenAsync(sending, cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (cancel.IsCancellationRequested && !SmtpFailures.IsVerdict(failure))
        {
            throw new OperationCanceledException(cancel);
        }
        catch (Exception failure) when (SmtpFailures.WhileOpening(failure) is { } result)
        {
            return result;
        }
        return (await SendOverAsync(opened, sending, mail, to, cancel).ConfigureAwait(false)).Result;
    }

    /// <summary>Sends over this connection, and then returns it to the pool or disposes it.</summary>
    /// <returns>The result, and whether it says only that this connection has ended. The server does not have the mail then.</returns>
    private async ValueTask<(ProviderResult Result, bool HadEnded)> SendOverAsync(
        SmtpConnection connection, Sending sending, MimeMessage mail, MailboxAddress to, CancellationToken cancel)
    {
        var isKept = false;
        try
        {
            sending.Reached(AttemptStage.Send);
            // 2. What it never takes.
            if (connection.Refuse(mail, to, sending.Message.Text.Length + (sending.Message.Html?.Length ?? 0)) is { } refusal)
            {
                isKept = true;
                return (ProviderResult.Refused(refusal, stage: AttemptStage.Guard), false);
            }
            // 3. The mail.
            await connection.SendAsync(mail, _from, to, new Progress(sending), cancel).ConfigureAwait(false);
            isKept = true;
            return (ProviderResult.Accepted, false);
        }
        catch (Exception failure) when (cancel.IsCancellationRequested && !SmtpFailures.IsVerdict(failure))
        {
            throw new OperationCanceledException(cancel);
        }
        catch (Exception failure) when (SmtpFailures.WhileSending(failure, sending.MayHaveArrived) is { } result)
        {
            var isEnd = SmtpFailures.IsEnd(failure);
            // When the time is over, the server may still have an answer on its way.
            isKept = !isEnd && connection.IsConnected && !cancel.IsCancellationRequested;
            // A server that asks for a pause gets no second try at once.
            return (result, isEnd && result.Certainty == SendCertainty.NotSent);
        }
        finally
        {
            if (isKept)
                _pool.Return(connection);
            else
                connection.Dispose();
        }
    }

    /// <summary>MailKit says how much of the content it has written. With all of it, the end of the mail may be on its way.</summary>
    private sealed class Progress(Sending sending) : ITransferProgress
    {
        public void Report(long bytesTransferred, long totalSize)
        {
            if (bytesTransferred >= totalSize)
                sending.NoteMayHaveArrived();
        }

        public void Report(long bytesTransferred) => sending.NoteMayHaveArrived();
    }
}
