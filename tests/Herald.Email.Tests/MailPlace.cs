using System.Text.Json;
using System.Threading.Channels;
using Herald.Contracts.Channels;
using Herald.Email.Smtp;
using Herald.Engine.Channels;
using Herald.LocalServers.Mail;
using Herald.Outbound;
using Herald.TestKit.Receivers;
using Herald.TestKit.Time;

namespace Herald.Email.Tests;

/// <summary>A mail server that a test controls, and the channel that sends to it.</summary>
internal sealed class MailPlace : IAsyncDisposable
{
    private static readonly OutboundOptions Open = OutboundOptions.Default with { Guard = false };

    private readonly Channel<ReceivedMail> _taken =
        System.Threading.Channels.Channel.CreateUnbounded<ReceivedMail>();
    private readonly List<SmtpProvider> _providers = [];
    private readonly string _certificateFile = Path.GetTempFileName();
    private EmailChannel? _channel;

    public MailPlace(MailServerOptions? options = null)
    {
        options ??= new() { Certificate = TestCertificate.Create() };
        if (options.Certificate is { } certificate)
            File.WriteAllText(_certificateFile, certificate.ExportCertificatePem());
        Server = new(options with
        {
            Plan = step => Plan(step),
            Taken = mail => _taken.Writer.TryWrite(mail),
        });
    }

    public ManualClock Clock { get; } = new();

    public LocalMailServer Server { get; }

    /// <summary>What the server does at a step; null to go on normally.</summary>
    public Func<MailStep, MailAnswer?> Plan { get; set; } = _ => null;

    public int Taken => _taken.Reader.Count;

    public EmailChannel Channel => _channel ??= new(_providers.Count > 0 ? _providers : [Provider("main", Options)], Clock);

    /// <summary>For a server with the certificate of this place.</summary>
    public EmailProviderOptions Options => new()
    {
        Host = "127.0.0.1",
        Port = Server.Port,
        From = "Herald <herald@example.com>",
        CaFile = _certificateFile,
        Timeout = TimeSpan.FromSeconds(10),
    };

    public static EmailProviderOptions OpenOptions(int port) =>
        new() { Host = "127.0.0.1", Port = port, From = "herald@example.com", Security = MailSecurity.None };

    /// <summary>Adds a provider. Without any, the channel has one with the name main and <see cref="Options"/>.</summary>
    public SmtpProvider Provider(string name, EmailProviderOptions options, OutboundOptions? outbound = null)
    {
        var provider = new SmtpProvider(name, options, new Dialler(outbound ?? Open, Clock), Clock);
        _providers.Add(provider);
        return provider;
    }

    /// <summary>A channel of its own over this provider, which the caller disposes.</summary>
    public EmailChannel Another(EmailProviderOptions options) =>
        new([new SmtpProvider("main", options, new Dialler(Open, Clock), Clock)], Clock);

    public async Task<ReceivedMail> NextAsync() => await _taken.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public Task<AttemptResult> TryAsync(object message, string endpoint = "email://main", string messageId = "msg_1") =>
        Channel.TryAsync(AttemptOf(message, endpoint, messageId), TestContext.Current.CancellationToken).AsTask();

    public static Attempt AttemptOf(object message, string endpoint = "email://main", string messageId = "msg_1") => new AttemptSketch
    {
        Endpoint = new(endpoint),
        MessageId = messageId,
        Payload = JsonSerializer.SerializeToUtf8Bytes(message),
    }.ToAttempt();

    public async ValueTask DisposeAsync()
    {
        await Channel.DisposeAsync();
        await Server.DisposeAsync();
        File.Delete(_certificateFile);
    }
}
