using System.Globalization;
using Herald.Engine.Channels;
using Herald.Messages;
using Herald.Messages.Providers;

namespace Herald.Posts.Answers;

/// <summary>Decides what an answer of a provider means for a message.</summary>
internal static class AnswerJudge
{
    private const int LongestPlainWords = 200;
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <param name="retryAfter">The wait of the header <c>Retry-After</c>.</param>
    /// <param name="hide">Removes secrets from a text.</param>
    public static AnswerVerdict Judge(AnswerRules rules, int status, string body, TimeSpan? retryAfter, Func<string, string> hide)
    {
        var values = new AnswerValues(body, rules.Places);
        var meaning = rules.All.FirstOrDefault(rule => rule.Fits(status, values.At))?.Means ?? MeaningOf(status, rules.SaysDelivered);
        var words = rules.Words.SelectMany(values.At).FirstOrDefault(text => text.Length > 0) ?? PlainWordsOf(body);
        var redirect = status is >= 300 and < 400 ? " (redirects are not followed)" : "";
        var reason = hide(string.Create(CultureInfo.InvariantCulture, $"answered {status}{redirect}{(words is null ? "" : $": {words}")}"));
        var wait = WaitOf(rules, values) is { } asked && (retryAfter is null || asked > retryAfter) ? asked : retryAfter;
        var result = meaning switch
        {
            AnswerMeaning.Delivered => ProviderResult.Accepted,
            AnswerMeaning.Throttled => ProviderResult.Throttled(reason, wait, status),
            AnswerMeaning.Permanent => ProviderResult.Refused(reason),
            AnswerMeaning.BadRecipient => ProviderResult.Refused($"the provider refuses the recipient: {reason}"),
            AnswerMeaning.Troubled => ProviderResult.NotSent(AttemptStage.Response, reason),
            AnswerMeaning.Unclear => UnclearOf(status, reason),
            AnswerMeaning.Transient or AnswerMeaning.RecipientThrottled => FailedOf(SendCertainty.Refused, reason),
            AnswerMeaning.NotTaken => FailedOf(SendCertainty.NotSent, reason),
        };
        return new(meaning, result with
        {
            Attempt = result.Attempt with
            {
                StatusCode = status,
                Answer = ProviderText.Answer(hide(body)),
                RetryAfter = meaning == AnswerMeaning.Delivered ? null : wait,
            },
        });
    }

    /// <summary>A failure of this post, which says nothing about others.</summary>
    private static ProviderResult FailedOf(SendCertainty certainty, string reason) => new(certainty, new()
    {
        Outcome = AttemptOutcome.Failed,
        Stage = AttemptStage.Response,
        Reason = ProviderText.OneLine(reason),
    });

    /// <summary>What a status means when no rule fits.</summary>
    /// <remarks>
    /// A permanent failure is lost for good, so only a status about the content of this post is one. Others can be the fault of a wrong
    /// address, of a proxy, or of a service that is being replaced, and then every post would get them.
    /// </remarks>
    private static AnswerMeaning MeaningOf(int status, bool rulesSayDelivered) => status switch
    {
        >= 200 and < 300 => rulesSayDelivered ? AnswerMeaning.Unclear : AnswerMeaning.Delivered,
        // The others can follow a post that was taken: 303 says where its result is, and 302 is used for that too.
        301 or 307 or 308 => AnswerMeaning.Troubled,
        400 or 409 or 413 or 414 or 422 => AnswerMeaning.Permanent,
        429 => AnswerMeaning.Throttled,
        401 or 402 or 403 or 407 or 503 => AnswerMeaning.Troubled,
        408 or 425 or < 400 or >= 500 => AnswerMeaning.Unclear,
        _ => AnswerMeaning.NotTaken,
    };

    /// <summary>
    /// The answer arrived, so the attempt reached its last stage. Trouble of the service, and its redirects, concern other posts too.
    /// </summary>
    private static ProviderResult UnclearOf(int status, string reason)
    {
        var why = status is >= 200 and < 300
            ? $"{reason}, but the answer does not say that the post was taken" : reason;
        var result = ProviderResult.Unknown(why);
        var isTrouble = status is >= 500 or (>= 300 and < 400);
        return result with { Attempt = result.Attempt with { Stage = AttemptStage.Response, EndpointTroubled = isTrouble } };
    }

    /// <summary>A short answer in plain text is the provider's words; a page or JSON is not.</summary>
    private static string? PlainWordsOf(string body) =>
        body.Trim() is { Length: > 0 and <= LongestPlainWords } text && text[0] is not ('<' or '{' or '[') && !text.Contains('\n')
            ? text : null;

    /// <summary>The wait in the body, bounded. A value that is no number of seconds is ignored.</summary>
    private static TimeSpan? WaitOf(AnswerRules rules, AnswerValues values)
    {
        if (rules.Wait is not { } place || values.At(place) is not [var text, ..]
            || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) || !(seconds > 0))
            return null;
        return seconds < LongestWait.TotalSeconds ? TimeSpan.FromSeconds(seconds) : LongestWait;
    }
}
