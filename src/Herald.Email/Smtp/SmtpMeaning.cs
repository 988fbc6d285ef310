namespace Herald.Email.Smtp;

/// <summary>What a refusal of a mail server means.</summary>
internal enum SmtpMeaning
{
    /// <summary>The server wants fewer mails.</summary>
    Pause,

    /// <summary>Every mail would meet this.</summary>
    Server,

    /// <summary>This mail meets it at this server. Another server, or another time, may help.</summary>
    Mail,

    /// <summary>The recipient cannot get this mail now, whichever server sends it.</summary>
    Recipient,

    /// <summary>The mailbox is full.</summary>
    Full,

    /// <summary>The mail or its recipient is impossible.</summary>
    Never,
}
