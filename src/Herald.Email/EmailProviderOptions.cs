using Herald.Email.Mails;
using Herald.Engine.Basics;
using Herald.Messages.Providers;

namespace Herald.Email;

/// <summary>The options of one mail server.</summary>
public sealed record EmailProviderOptions : ProviderOptions
{
    [SettingText<HostForm>("The name of the mail server. Its certificate must be for this name.", IsRequired = true)]
    public string Host { get; init; } = "";

    [Setting(
        "The port of the mail server.", Least = "1", Most = "65535", None = "auto",
        Rule = "A port, or auto: 587, 465 with tls, 25 with none.")]
    public int? Port { get; init; }

    [Setting("How the connection is encrypted: by STARTTLS, by TLS from the beginning, or none for a server on this machine.")]
    public MailSecurity Security { get; init; }

    [Setting("The user at the mail server, for servers that want one.", None = "none", Most = "255")]
    public string? User { get; init; }

    [Setting("The password of the user.", IsSecret = true, None = "none")]
    public string? Password { get; init; }

    [Setting("A file with the password of the user, instead of the password here.", Rule = "A file, or none.", None = "none")]
    public string? PasswordFile { get; init; }

    [Setting("How the user proves who it is. With xoauth2, the server gets an access token instead of a password.")]
    public MailAuthentication Auth { get; init; }

    [Setting("The access token for xoauth2.", IsSecret = true, None = "none")]
    public string? Token { get; init; }

    [Setting(
        "A file with the access token for xoauth2. Such files are read for each new connection, so another program can renew the token.",
        Rule = "A file, or none.", None = "none")]
    public string? TokenFile { get; init; }

    [SettingText<MailboxForm>("The sender of the mails.", IsRequired = true)]
    public string From { get; init; } = "";

    [SettingText<HostForm>(
        "The domain in the ids of the mails, and the name that Herald gives itself at the server. By default that of the sender.",
        None = "auto")]
    public string? Domain { get; init; }

    [Setting("How many connections this node opens. Each sends one mail at a time, and is used again.", Least = "1", Most = "1000")]
    public override int Connections { get; init; } = 4;

    [Setting("How long the server may take for a connection, its encryption and its user together.", Least = "100ms", Most = "5m")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    [Setting("The mail server is on a private network or on this machine. Other addresses inside of networks are refused.")]
    public bool PrivateNetwork { get; init; }

    [Setting(
        "A file, in PEM, with the certificates that sign the server's certificate, instead of those that the system trusts.",
        Rule = "A file, or none.", None = "none")]
    public string? CaFile { get; init; }

    internal int PortOrDefault => Port ?? Security switch
    {
        MailSecurity.Starttls => 587,
        MailSecurity.Tls => 465,
        MailSecurity.None => 25,
    };
}

/// <summary>How a connection to a mail server is encrypted.</summary>
public enum MailSecurity
{
    /// <summary>By STARTTLS. A server that does not offer it gets no mail.</summary>
    Starttls,

    /// <summary>From the beginning.</summary>
    Tls,

    /// <summary>Not at all.</summary>
    None,
}

public enum MailAuthentication
{
    Plain,
    Login,
    Xoauth2,
}
