namespace Herald.Client;

/// <summary>A copy of the store.</summary>
public sealed record Backup
{
    /// <summary>An absolute path on the server's machine.</summary>
    public required string Directory { get; init; }
}
