using Herald.Engine.Channels;

namespace Herald.Messages.Providers;

/// <summary>What one provider did with a message.</summary>
/// <param name="Attempt">What the engine learns when no other provider is used.</param>
public readonly record struct ProviderResult(SendCertainty Certainty, AttemptResult Attempt)
{
    public static readonly ProviderResult Accepted = new(SendCertainty.Accepted, AttemptResult.Delivered);

    /// <summary>This recipient never takes anything any more, so other messages to it are of no use either.</summary>
    public bool IsRecipientGone { get; init; }

    /// <summary>The provider does not have the message, and its trouble has nothing to do with the message.</summary>
    public static ProviderResult NotSent(AttemptStage stage, string reason) =>
        new(SendCertainty.NotSent, AttemptResult.Troubled(stage, ProviderText.OneLine(reason)));

    /// <summary>The provider may have the message.</summary>
    public static ProviderResult Unknown(string reason) =>
        new(SendCertainty.Unknown, AttemptResult.Troubled(AttemptStage.Wait, ProviderText.OneLine(reason)));

    /// <summary>The provider asks for a pause, and does not have the message.</summary>
    public static ProviderResult Throttled(string reason, TimeSpan? pause, int? statusCode = null) =>
        new(SendCertainty.Throttled, AttemptResult.Troubled(AttemptStage.Response, ProviderText.OneLine(reason)) with
        {
            RetryAfter = pause,
            StatusCode = statusCode,
        });

    /// <summary>The provider was not asked, because a bound of this node or a pause allows no message now.</summary>
    /// <param name="wait">When to come again.</param>
    public static ProviderResult NotTried(string reason, TimeSpan wait) =>
        new(SendCertainty.NotTried, AttemptResult.NotTried(ProviderText.OneLine(reason), wait));

    /// <summary>The provider refuses this message for good, as another one would.</summary>
    public static ProviderResult Refused(string reason, int? statusCode = null, AttemptStage stage = AttemptStage.Response) =>
        new(SendCertainty.Refused, new()
        {
            Outcome = AttemptOutcome.Rejected,
            Stage = stage,
            Reason = ProviderText.OneLine(reason),
            StatusCode = statusCode,
        });
}

/// <summary>What a result proves about the message.</summary>
public enum SendCertainty
{
    Accepted,

    /// <summary>The provider certainly has not sent it, and another one may be able to.</summary>
    NotSent,

    /// <summary>The provider certainly has not sent it, and asks for a pause.</summary>
    Throttled,

    /// <summary>It was not sent because of the message or its recipient, for now or for good. Another provider would not help.</summary>
    Refused,

    /// <summary>It may have been sent: the answer did not come.</summary>
    Unknown,

    /// <summary>The provider was not asked: a bound of this node or a pause allows no message now. No attempt counts.</summary>
    NotTried,
}
