namespace Herald.LocalServers.Mail;

/// <summary>A mail as it came over the wire.</summary>
public sealed record ReceivedMail
{
    public required int Connection { get; init; }

    public required bool IsEncrypted { get; init; }

    /// <summary>The user who authenticated; null for none.</summary>
    public string? User { get; init; }

    /// <summary>The address of the envelope, without brackets.</summary>
    public required string Sender { get; init; }

    /// <summary>The parameters of MAIL, such as <c>SIZE=500</c>.</summary>
    public required string Parameters { get; init; }

    public List<string> Recipients { get; } = [];

    /// <summary>Header and body without the dots of the transport.</summary>
    public byte[] Content { get; set; } = [];
}
