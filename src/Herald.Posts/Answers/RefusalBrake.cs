using Herald.Engine.Channels;
using Herald.Messages.Providers;

namespace Herald.Posts.Answers;

/// <summary>
/// Keeps posts when a provider refuses one after the other for good. Then it is likely that the settings are wrong, and not each post:
/// without this, a whole backlog would become dead letters at full speed.
/// </summary>
/// <remarks>A single post that is taken ends it. Until then, refused posts are tried again, as their subscription's policy says.</remarks>
internal sealed class RefusalBrake
{
    /// <summary>So many refusals in a row are believed.</summary>
    public const int Most = 10;

    private int _inRow;

    public ProviderResult Judge(in AnswerVerdict verdict)
    {
        var result = verdict.Result;
        switch (verdict.Meaning)
        {
            case AnswerMeaning.Delivered:
                Volatile.Write(ref _inRow, 0);
                return result;
            case AnswerMeaning.Permanent or AnswerMeaning.BadRecipient when Interlocked.Increment(ref _inRow) is > Most and var refusals:
                var reason = Kept(result.Attempt.Reason, refusals);
                return new(SendCertainty.NotSent, result.Attempt with
                {
                    Outcome = AttemptOutcome.Failed,
                    EndpointTroubled = true,
                    Reason = reason,
                });
            case AnswerMeaning.Permanent or AnswerMeaning.BadRecipient:
            case AnswerMeaning.Transient or AnswerMeaning.Throttled or AnswerMeaning.RecipientThrottled or AnswerMeaning.NotTaken
                or AnswerMeaning.Troubled or AnswerMeaning.Unclear:
                return result;
            default:
                throw new System.Diagnostics.UnreachableException($"{verdict.Meaning}");
        }
    }

    private static string Kept(string reason, int refusals) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{reason}; it is refusal {refusals:N0} in a row without a post that was taken, so the message is kept: are the settings right?");
}
