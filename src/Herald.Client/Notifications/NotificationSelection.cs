namespace Herald.Client;

/// <summary>Selects notifications of a list. What is null selects all.</summary>
public sealed record NotificationSelection
{
    public static readonly NotificationSelection All = new();

    public string? Status { get; init; }

    public string? Destination { get; init; }

    /// <summary>Written as in the post.</summary>
    public string? Recipient { get; init; }

    /// <summary>Accepted at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Accepted at this time or earlier.</summary>
    public DateTimeOffset? To { get; init; }

    internal (string Name, string? Value)[] Parameters =>
    [
        ("status", Status), ("destination", Destination), ("recipient", Recipient), ("from", TextOf(From)), ("to", TextOf(To)),
    ];

    private static string? TextOf(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
