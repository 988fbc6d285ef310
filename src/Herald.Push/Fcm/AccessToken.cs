using Herald.Engine.Channels;

namespace Herald.Push.Fcm;

/// <summary>An access token of an account, or why there is none.</summary>
internal sealed record AccessToken(ServiceAccount Account)
{
    /// <summary>Null when there is a <see cref="Failure"/>.</summary>
    public string? Text { get; init; }

    public AttemptResult? Failure { get; init; }

    /// <summary>When it was asked for, as a timestamp.</summary>
    public long Made { get; init; }

    public TimeSpan Lifetime { get; init; }
}
