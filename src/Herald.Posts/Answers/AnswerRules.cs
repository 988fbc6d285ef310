namespace Herald.Posts.Answers;

/// <summary>What the answers of a provider mean.</summary>
/// <param name="All">The first rule that fits decides. Without one, the status decides.</param>
/// <param name="Wait">Where an answer says in seconds how long to wait, besides its header <c>Retry-After</c>; null for nowhere.</param>
/// <param name="Words">Where an answer says in words what was wrong. The first place that has a text counts.</param>
public sealed record AnswerRules(IReadOnlyList<AnswerRule> All, string? Wait, IReadOnlyList<string> Words)
{
    public static readonly AnswerRules Empty = new([], null, []);

    /// <summary>All places of answers that are looked at.</summary>
    public IReadOnlyList<string> Places { get; } =
        [.. All.Select(rule => rule.At).Append(Wait).Concat(Words).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>A rule says which 2xx means that the post was taken, so another 2xx does not.</summary>
    public bool SaysDelivered { get; } = All.Any(rule => rule.Means == AnswerMeaning.Delivered);

    /// <summary>Whether the body of an answer with this status says what it means: the first rule for the status looks at it.</summary>
    public bool NeedsBody(int status) => All.FirstOrDefault(rule => rule.FitsStatus(status))?.At is not null;
}

/// <summary>A condition on an answer. Conditions that are null hold for every answer.</summary>
/// <param name="At">
/// A place in the answer's JSON, such as <c>error.code</c>; <c>*</c> is any item of a list. Empty for the whole body.
/// </param>
/// <param name="Is">The texts of which one must be there; empty for any text.</param>
/// <param name="Contains">Parts of which the text must have one, in any letter case; empty for any text.</param>
public sealed record AnswerRule(
    StatusRange? Status, string? At, IReadOnlyList<string> Is, IReadOnlyList<string> Contains, AnswerMeaning Means)
{
    /// <summary>The place that is the whole body, for providers that answer in plain text.</summary>
    public const string WholeBody = "";

    public bool FitsStatus(int status) => Status is not { } range || range.Contains(status);

    public bool Fits(int status, Func<string, IReadOnlyList<string>> valuesAt)
    {
        ArgumentNullException.ThrowIfNull(valuesAt);
        if (!FitsStatus(status))
            return false;
        if (At is null)
            return true;
        var values = valuesAt(At);
        return values.Any(value => (Is.Count == 0 || Is.Contains(value, StringComparer.Ordinal))
            && (Contains.Count == 0 || Contains.Any(part => value.Contains(part, StringComparison.OrdinalIgnoreCase))));
    }
}

/// <summary>Status codes from the first to the last.</summary>
public readonly record struct StatusRange(int First, int Last)
{
    public const string Rule = "Write a status such as 429, a range such as 400-499, or several with commas between them, as a text.";

    public bool Contains(int status) => status >= First && status <= Last;

    public static StatusRange? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('-');
        return parts.Length is 1 or 2 && Read(parts[0]) is { } first && Read(parts[^1]) is { } last && first <= last
            ? new(first, last) : null;

        static int? Read(string part) =>
            part.Length == 3 && part.All(char.IsAsciiDigit) && part[0] is >= '1' and <= '5' ? int.Parse(part, null) : null;
    }
}

public enum AnswerMeaning
{
    /// <summary>The provider has taken the post.</summary>
    Delivered,

    /// <summary>The provider has not taken this post for now. Another attempt can succeed.</summary>
    Transient,

    /// <summary>The provider asks for a pause.</summary>
    Throttled,

    /// <summary>The provider asks for a pause of the posts to this recipient. Others can be sent.</summary>
    RecipientThrottled,

    /// <summary>
    /// The provider has not taken this post, and does not say whether another one would be taken: the address or the form of the request
    /// can be wrong, or its recipient. Another attempt can succeed, also through the next provider.
    /// </summary>
    NotTaken,

    /// <summary>The provider will never take this post.</summary>
    Permanent,

    /// <summary>The recipient does not exist, or does not want posts.</summary>
    BadRecipient,

    /// <summary>The provider takes no post at all, for example because the token has expired.</summary>
    Troubled,

    /// <summary>The provider may have taken the post.</summary>
    Unclear,
}
