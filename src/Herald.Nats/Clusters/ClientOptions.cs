using System.Text;
using Herald.Hosting.Certificates;
using Herald.Nats.Messages;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;

namespace Herald.Nats.Clusters;

/// <summary>The options of NATS.Net that Herald's promises need.</summary>
internal static class ClientOptions
{
    /// <summary>Pauses between attempts to connect. NATS.Net's default is 2 s even before the second attempt.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100), LongestPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Callers have time-outs of their own, and their calls end when the connection breaks.</summary>
    private static readonly TimeSpan Unlimited = TimeSpan.FromHours(1);

    public static NatsOpts Of(ConnectionOptions options, ILoggerFactory logging) => NatsOpts.Default with
    {
        Url = string.Join(',', options.Servers),
        Name = options.Name,
        LoggerFactory = logging,
        AuthOpts = Access(options),
        TlsOpts = Tls(options),
        SubjectEncoding = Encoding.UTF8,
        HeaderEncoding = HeaderText.Encoding,
        ConnectTimeout = options.ConnectTimeout,
        ReconnectWaitMin = FirstPause,
        ReconnectJitter = FirstPause,
        ReconnectWaitMax = LongestPause,
        MaxReconnectRetry = -1,
        // An operator can correct the credentials at the server.
        IgnoreAuthErrorAbort = true,
        // ClusterConnection pings instead: the timer of NATS.Net stops when a server does not read.
        PingInterval = TimeSpan.Zero,
        CommandTimeout = Unlimited,
        RequestTimeout = Unlimited,
        WriterBufferSize = options.OutgoingBytes,
    };

    // Files are read by the callback at each connection, so that they can be replaced while Herald runs.
    private static NatsAuthOpts Access(ConnectionOptions options) => options switch
    {
        { NKeyFile: { } file } => new() { AuthCredCallback = (_, _) => new(NatsAuthCred.FromNkey(CredentialFiles.ReadSeed(file))) },
        { CredentialsFile: { } file } => new() { AuthCredCallback = (_, _) => new(NatsAuthCred.FromCredsFile(file)) },
        _ => new() { Username = options.User, Password = options.Password, Token = options.Token },
    };

    private static NatsTlsOpts Tls(ConnectionOptions options) => new()
    {
        Mode = options.CertificateFile is not null || options.Servers.Any(server => server.IsTls) ? TlsMode.Require : TlsMode.Prefer,
        CertFile = options.CertificateFile,
        KeyFile = options.CertificateKeyFile,
        ConfigureClientAuthentication = options.CaFile is null ? null : authentication =>
        {
            authentication.CertificateChainPolicy = TrustedRoots.Read(options.CaFile);
            return ValueTask.CompletedTask;
        },
    };
}
