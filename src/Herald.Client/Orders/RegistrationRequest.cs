namespace Herald.Client;

/// <summary>A handler that asks for a customer.</summary>
public sealed record RegistrationRequest
{
    /// <summary>Where the handler takes events. No other handler has this URL.</summary>
    public required string Url { get; init; }

    /// <summary>How long the handler can be silent, or take nothing, before another one can get its customer; null for 60 s.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>The signing key, <c>whsec_…</c>; null to let Herald draw one.</summary>
    public string? Secret { get; init; }
}
