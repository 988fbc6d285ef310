namespace Herald.Client;

/// <summary>The result for each event of a request, in the order of the request.</summary>
public sealed record PublishAnswer
{
    public required IReadOnlyList<PublishResult> Results { get; init; }
}
