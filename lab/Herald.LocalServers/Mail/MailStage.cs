namespace Herald.LocalServers.Mail;

/// <summary>The places of a mail session (RFC 5321) at which a <see cref="LocalMailServer"/> can be told what to do.</summary>
public enum MailStage
{
    Greeting,
    Hello,
    StartTls,

    /// <summary>Before the handshake of TLS.</summary>
    Handshake,
    Authentication,
    Sender,
    Recipient,

    /// <summary>The command DATA, before any content.</summary>
    Data,

    /// <summary>After the answer 354, before any content is read.</summary>
    Content,

    /// <summary>The content is complete: after the final dot.</summary>
    End,

    /// <summary>The command RSET, with which a client ends a mail that was refused.</summary>
    Reset,
}
