namespace Herald.Client;

/// <summary>The values of <see cref="PublishResult.Status"/>.</summary>
public static class PublishStatus
{
    public const string Accepted = "accepted";

    /// <summary>The same event is already durable.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>The id was used for another event.</summary>
    public const string Conflict = "conflict";
    public const string Refused = "refused";
}
