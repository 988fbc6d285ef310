namespace Herald.Client;

/// <summary>The state of a server that works, or takes requests.</summary>
public sealed record Health
{
    /// <summary><c>ok</c>; every other state is a problem.</summary>
    public required string Status { get; init; }

    /// <summary>What prevents some of the node's work, in sentences; null when there is nothing.</summary>
    public IReadOnlyList<string>? Troubles { get; init; }
}
