namespace Herald.Client;

/// <summary>The signing keys of a subscription.</summary>
public sealed record SigningSecrets
{
    /// <summary>Signs every attempt.</summary>
    public required string Secret { get; init; }

    /// <summary>During a rotation, the key before; it signs as well.</summary>
    public string? Previous { get; init; }

    /// <summary>When the key before stops signing.</summary>
    public DateTimeOffset? PreviousUntil { get; init; }
}
