using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Herald.Engine.Channels;
using Herald.Hosting.Certificates;
using Herald.Messages.Providers;
using Herald.Outbound;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace Herald.Email.Smtp;

/// <summary>Opens connections to one mail server: address, encryption, user.</summary>
internal sealed class SmtpOpening(EmailProviderOptions options, string domain, Dialler dialler, TimeProvider time)
{
    public async ValueTask<SmtpConnection> OpenAsync(Sending sending, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        var client = new SmtpClient { LocalDomain = domain, CheckCertificateRevocation = false };
        Stream? stream = null;
        var isOpen = false;
        try
        {
            var roots = TrustedRoots.Read(options.CaFile);
            client.ServerCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(roots, certificate, chain, errors);
            stream = await dialler.DialAsync(options.Host, options.PortOrDefault, sending.Reached, either.Token).ConfigureAwait(false);
            var socket = ((NetworkStream)stream).Socket;
            KeepAlive(socket);
            stream = new BoundedAnswers(stream);
            sending.Reached(options.Security == MailSecurity.None ? AttemptStage.Connect : AttemptStage.Secure);
            await client.ConnectAsync(stream, options.Host, options.PortOrDefault, SecurityOf(options.Security), either.Token)
                .ConfigureAwait(false);
            if (options.User is { } user)
                await client.AuthenticateAsync(MechanismOf(user), either.Token).ConfigureAwait(false);
            isOpen = true;
            return new(client, socket, time.GetTimestamp());
        }
        // Whatever MailKit makes of it: a handshake that is cancelled is a failed handshake there.
        catch (Exception failure) when (
            patience.IsCancellationRequested && !cancel.IsCancellationRequested && !SmtpFailures.IsVerdict(failure))
        {
            throw new DialException(
                sending.Stage, $"{options.Host}:{options.PortOrDefault}: no session within {options.Timeout.TotalSeconds:0.###}s");
        }
        finally
        {
            if (!isOpen)
            {
                client.Dispose();
                stream?.Dispose();
            }
        }
    }

    /// <summary>The system notices within minutes that the other side, or a firewall, has forgotten the connection.</summary>
    private static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 60);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 15);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
    }

    private static SecureSocketOptions SecurityOf(MailSecurity security) => security switch
    {
        // Not "when available": a third party on the line could remove the offer.
        MailSecurity.Starttls => SecureSocketOptions.StartTls,
        MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
        MailSecurity.None => SecureSocketOptions.None,
    };

    private SaslMechanism MechanismOf(string user) => options.Auth switch
    {
        MailAuthentication.Plain => new SaslMechanismPlain(user, options.Password ?? SecretFile.Read(options.PasswordFile!)),
        MailAuthentication.Login => new SaslMechanismLogin(user, options.Password ?? SecretFile.Read(options.PasswordFile!)),
        MailAuthentication.Xoauth2 => new SaslMechanismOAuth2(Wide(user), Wide(options.Token ?? SecretFile.Read(options.TokenFile!))),
    };

    /// <summary>A character for each byte of UTF-8: for this mechanism, MailKit writes a byte for each character.</summary>
    private static string Wide(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static bool IsTrusted(X509ChainPolicy? roots, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (roots is null)
            return errors == SslPolicyErrors.None;
        // The name must fit in any case. The chain is built again, from the roots of the setting.
        if (certificate is not X509Certificate2 own || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;
        using var ownChain = new X509Chain { ChainPolicy = roots };
        foreach (var element in chain?.ChainElements.AsEnumerable() ?? [])
            ownChain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return ownChain.Build(own);
    }
}
