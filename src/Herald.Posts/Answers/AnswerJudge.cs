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
    public static ProviderResult Judge(AnswerRules rules, int status, string body, TimeSpan? retryAfter, Func<string, string> hide)
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
            AnswerMeaning.Transient => new(SendCertainty.Refused, new()
            {
                Outcome = AttemptOutcome.Failed,
                Stage = AttemptStage.Response,
                Reason = ProviderText.OneLine(reason),
            }),
        };
        return result with
        {
            Attempt = result.Attempt with
            {
                StatusCode = status,
                Answer = ProviderText.Answer(hide(body)),
                RetryAfter = meaning == AnswerMeaning.Delivered ? null : wait,
            },
        };
    }

    /// <summary>What a status means when no rule fits.</summary>
    private static AnswerMeaning MeaningOf(int status, bool rulesSayDelivered) => status switch
    {
        >= 200 and < 300 => rulesSayDelivered ? AnswerMeaning.Unclear : AnswerMeaning.Delivered,
        429 => AnswerMeaning.Throttled,
        401 or 402 or 403 or 407 or 503 => AnswerMeaning.Troubled,
        408 or 425 or >= 500 => AnswerMeaning.Unclear,
        >= 300 and < 400 => AnswerMeaning.Troubled,
        _ => AnswerMeaning.Permanent,
    };

    /// <summary>The answer arrived, so the attempt reached its last stage. Only trouble of the service concerns other posts.</summary>
    private static ProviderResult UnclearOf(int status, string reason)
    {
        var why = status is >= 200 and < 300
            ? $"{reason}, but the answer does not say that the post was taken" : reason;
        var result = ProviderResult.Unknown(why);
        return result with { Attempt = result.Attempt with { Stage = AttemptStage.Response, EndpointTroubled = status is >= 500 } };
    }

    /// <summary>A short answer in plain text is the provider's words; a page or JSON is not.</summary>
    private static string? PlainWordsOf(string body) =>
        body.Trim() is { Length: > 0 and <= LongestPlainWords } text && text[0] is not ('<' or '{' or '[') && !text.Contains('\n')
            ? text : null;

    /// <summary>The wait in the body, bounded. A value that is no number of seconds is ignored.</summary>
    private static TimeSpan? WaitOf(AnswerRules rules, AnswerValues values)
    {
        if (rules.Wait is not { } place || values.At(place) is not [var text, ..]
            || !double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds <= 0)
            return null;
        return seconds < LongestWait.TotalSeconds ? TimeSpan.FromSeconds(seconds) : LongestWait;
    }
}
