using System.Net.Sockets;
using Herald.Email.Mails;
using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace Herald.Email.Smtp;

/// <summary>A connection to a mail server that takes mails, one after another.</summary>
internal sealed class SmtpConnection(SmtpClient client, Socket socket) : IDisposable
{
    private static readonly FormatOptions Wide = Utf8();
    private int _isWatched;

    /// <summary>It has sent a mail before, so the server may have ended it since.</summary>
    public bool WasUsed { get; private set; }

    /// <summary>
    /// An idle server says nothing. When there is something to read, it is the end of the connection or the announcement of it.
    /// </summary>
    public bool IsUsable
    {
        get
        {
            try
            {
                return client.IsConnected && !socket.Poll(0, SelectMode.SelectRead);
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    public bool IsConnected => client.IsConnected;

    /// <summary>Why the server can never take this mail; null when it may.</summary>
    /// <param name="roughly">At least the size of the mail. Only a mail that could be too large is measured.</param>
    public string? Refuse(MimeMessage mail, MailboxAddress to, long roughly)
    {
        if (Mailboxes.NeedsUtf8(to) && !client.Capabilities.HasFlag(SmtpCapabilities.UTF8))
            return $"the address {to.Address} has letters outside of ASCII before @, and the server does not offer SMTPUTF8";
        if (!client.Capabilities.HasFlag(SmtpCapabilities.Size) || client.MaxSize == 0 || roughly <= client.MaxSize)
            return null;
        using var measure = new MimeKit.IO.MeasuringStream();
        mail.WriteTo(measure);
        return measure.Length > client.MaxSize ? $"the mail has {measure.Length:N0} bytes, and the server takes {client.MaxSize:N0}" : null;
    }

    public async ValueTask SendAsync(
        MimeMessage mail, MailboxAddress from, MailboxAddress to, ITransferProgress progress, CancellationToken cancel)
    {
        var options = Mailboxes.NeedsUtf8(to) ? Wide : FormatOptions.Default;
        await client.SendAsync(options, mail, from, [to], cancel, progress).ConfigureAwait(false);
        WasUsed = true;
    }

    /// <summary>
    /// Calls <paramref name="ended"/> when there is something to read while the connection is idle. Waits without a timer: the read of no
    /// bytes completes when the server sends something or ends the connection.
    /// </summary>
    public async void Watch(Action<SmtpConnection> ended)
    {
        if (Interlocked.Exchange(ref _isWatched, 1) == 1)
            return;
        try
        {
            await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The connection has ended.
        }
        Volatile.Write(ref _isWatched, 0);
        ended(this);
    }

    /// <summary>Ends the session as the protocol wants it.</summary>
    public async ValueTask QuitAsync(CancellationToken cancel)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancel).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or SmtpProtocolException or SocketException)
        {
            // The server is gone, or too slow.
        }
    }

    public void Dispose() => client.Dispose();

    private static FormatOptions Utf8()
    {
        var options = FormatOptions.Default.Clone();
        options.International = true;
        return options;
    }
}
