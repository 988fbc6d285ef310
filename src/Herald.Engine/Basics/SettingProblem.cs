namespace Herald.Engine.Basics;

/// <summary>A rule between settings that is broken.</summary>
/// <param name="Setting">The setting to change, without its section: <c>maxBytes</c>, or <c>sources.0</c>.</param>
/// <param name="Rule">What is wrong and how to put it right, in sentences that name the other settings.</param>
public sealed record SettingProblem(string Setting, string Rule)
{
    /// <summary>The offending part of the value. Default: the whole value.</summary>
    public string? Value { get; init; }

    /// <summary>
    /// The other settings of the rule, without their section. When one of them is wrong by itself, the problem is not reported, because it
    /// can only follow from that.
    /// </summary>
    public IReadOnlyList<string> Others { get; init; } = [];
}
