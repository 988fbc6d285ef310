using System.Security.Cryptography.X509Certificates;

namespace Herald.LocalServers.Mail;

public sealed record MailServerOptions
{
    /// <summary>Offers STARTTLS with this certificate, or speaks TLS from the beginning. Null for a server without encryption.</summary>
    public X509Certificate2? Certificate { get; init; }

    public bool IsEncryptedFromTheBeginning { get; init; }

    /// <summary>Passwords, or bearer tokens, by user. A server with users takes mails only from them.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>What the server offers after EHLO besides STARTTLS and AUTH.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = ["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8"];

    /// <summary>What the server does at a step; null to go on normally.</summary>
    public Func<MailStep, MailAnswer?> Plan { get; init; } = _ => null;

    /// <summary>Called with each mail that the server has taken, before it answers.</summary>
    public Action<ReceivedMail> Taken { get; init; } = _ => { };
}
