namespace Herald.Client;

/// <summary>The result of a test attempt.</summary>
public sealed record TestResult
{
    /// <summary><c>delivered</c>, <c>failed</c>, <c>endpointGone</c>, <c>rejected</c> or <c>expired</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>
    /// How far the attempt came: <c>guard</c>, <c>resolve</c>, <c>connect</c>, <c>secure</c>, <c>send</c>, <c>wait</c> or <c>response</c>.
    /// </summary>
    public required string Stage { get; init; }
    public int? StatusCode { get; init; }
    public required string Reason { get; init; }
    public required double DurationMs { get; init; }

    /// <summary>The beginning of the receiver's answer.</summary>
    public required string Answer { get; init; }
}
