using System.Net.Sockets;
using Herald.Email.Mails;
using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace Herald.Email.Smtp;

/// <summary>A connection to a mail server that takes mails, one after another.</summary>
/// <param name="openSince">A timestamp.</param>
internal sealed class SmtpConnection(SmtpClient client, Socket socket, long openSince) : IDisposable
{
    /// <summary>RFC 5322, section 2.1.1.</summary>
    private const int LongestLine = 998;

    // A character has at most three bytes in UTF-8, and each of them three characters in quoted-printable, with soft line breaks.
    private const int MostBytesOfCharacter = 10, MostBytesOfHeaders = 64 << 10;

    private static readonly FormatOptions Narrow = Format(international: false), Wide = Format(international: true);
    private CancellationTokenSource? _rest;
    private Task _watch = Task.CompletedTask;

    public bool IsConnected => client.IsConnected;

    public long OpenSince => openSince;

    public long RestsSince { get; private set; }

    /// <summary>Why the server can never take this mail; null when it may.</summary>
    /// <param name="characters">Those of its texts. Only a mail that could be too large is measured.</param>
    public string? Refuse(MimeMessage mail, MailboxAddress to, long characters)
    {
        if (Mailboxes.NeedsUtf8(to) && !client.Capabilities.HasFlag(SmtpCapabilities.UTF8))
            return $"the address {to.Address} has letters outside of ASCII before @, and the server does not offer SMTPUTF8";
        if (!client.Capabilities.HasFlag(SmtpCapabilities.Size) || client.MaxSize == 0
            || MostBytesOfHeaders + (characters * MostBytesOfCharacter) <= client.MaxSize)
            return null;
        // The transport decides the encoding, and so the size. MailKit would do the same before it sends.
        var isWide = client.Capabilities.HasFlag(SmtpCapabilities.EightBitMime);
        mail.Prepare(isWide ? EncodingConstraint.EightBit : EncodingConstraint.SevenBit, LongestLine);
        using var measure = new MimeKit.IO.MeasuringStream();
        mail.WriteTo(FormatFor(to), measure);
        return measure.Length > client.MaxSize ? $"the mail has {measure.Length:N0} bytes, and the server takes {client.MaxSize:N0}" : null;
    }

    public async ValueTask SendAsync(
        MimeMessage mail, MailboxAddress from, MailboxAddress to, ITransferProgress progress, CancellationToken cancel)
    {
        await client.SendAsync(FormatFor(to), mail, from, [to], cancel, progress).ConfigureAwait(false);
    }

    /// <summary>The connection is idle from now on. Nothing may use it before <see cref="WakeAsync"/>.</summary>
    /// <param name="now">A timestamp.</param>
    /// <param name="ended">Called when there is something to read, which can be before this method returns.</param>
    public void Rest(long now, Action<SmtpConnection> ended)
    {
        RestsSince = now;
        _rest = new();
        _watch = WatchAsync(ended, _rest.Token);
    }

    /// <summary>Ends the rest.</summary>
    /// <returns>Whether the connection still works.</returns>
    public async ValueTask<bool> WakeAsync()
    {
        if (_rest is not null)
        {
            await _rest.CancelAsync().ConfigureAwait(false);
            await _watch.ConfigureAwait(false);
            _rest.Dispose();
            _rest = null;
        }
        return IsUsable;
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

    public void Dispose()
    {
        client.Dispose();
        _rest?.Dispose();
    }

    /// <summary>
    /// An idle server says nothing. When there is something to read, it is the end of the connection or the announcement of it.
    /// </summary>
    private bool IsUsable
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

    /// <summary>
    /// Waits without a timer: a read of no bytes completes when the server sends something or ends the connection. It can also complete
    /// because of an answer that has been read since, so this looks again.
    /// </summary>
    private async Task WatchAsync(Action<SmtpConnection> ended, CancellationToken cancel)
    {
        try
        {
            do
                await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancel).ConfigureAwait(false);
            while (IsUsable);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The connection has ended.
        }
        ended(this);
    }

    private static FormatOptions FormatFor(MailboxAddress to) => Mailboxes.NeedsUtf8(to) ? Wide : Narrow;

    private static FormatOptions Format(bool international)
    {
        var options = FormatOptions.Default.Clone();
        (options.International, options.NewLineFormat) = (international, NewLineFormat.Dos);
        return options;
    }
}
