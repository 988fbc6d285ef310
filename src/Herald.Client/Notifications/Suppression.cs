namespace Herald.Client;

/// <summary>A recipient to whom nothing is sent.</summary>
public sealed record Suppression
{
    /// <summary>A person as <c>user:NAME</c>, or an address with its destination, such as <c>email:anna@example.com</c>.</summary>
    public required string Recipient { get; init; }

    /// <summary><c>opted-out</c>, <c>bounced</c>, <c>expired</c> or <c>complained</c>.</summary>
    public required string Reason { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>Who said so: a caller, or the channel that found out.</summary>
    public required string By { get; init; }
}

internal sealed record SuppressionBody(string? Reason);

internal sealed record ResultBody(string Status, string? Detail);
