using System.Text.Json;
using Herald.Posts.Answers;
using Herald.Posts.Requests;

namespace Herald.Posts.Definitions;

/// <summary>
/// What a provider expects and what its answers mean, read from a JSON file: a preset of Herald, or one that a user wrote. docs/posts.md
/// describes each field.
/// </summary>
public sealed record PostDefinition
{
    /// <summary>The service and the document from which the definition was written.</summary>
    public required string About { get; init; }

    /// <summary>The values that the settings give.</summary>
    public IReadOnlyList<PostParameter> Parameters { get; init; } = [];

    /// <summary>Null when the address of the request already says who gets the post.</summary>
    public RecipientRule? To { get; init; }

    public string Method { get; init; } = "POST";

    public required string Url { get; init; }

    /// <summary>User and password of basic authentication.</summary>
    public (string User, string Password)? Basic { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public required PostBodyKind BodyKind { get; init; }

    /// <summary>An object for JSON and for a form, a string for a text.</summary>
    public required JsonElement Body { get; init; }

    /// <summary>The syntax of texts at the provider, which the texts of a message must not use.</summary>
    public Markup Markup { get; init; } = Markup.None;

    /// <summary>The most that the provider takes as a text, with its escapes and with what stands beside it, such as the subject.</summary>
    public int? LongestText { get; init; }

    public LengthUnit LengthUnit { get; init; } = LengthUnit.Characters;

    /// <summary>The most bytes of a body. Some providers take a larger one and lose it later.</summary>
    public int? LargestBody { get; init; }

    /// <summary>
    /// The provider recognizes a repeat by a key in the request. Then a request can be sent again on a new connection when a used one turns
    /// out to have ended.
    /// </summary>
    public bool DropsRepeats { get; init; }

    public AnswerRules Answers { get; init; } = AnswerRules.Empty;
}

/// <summary>A value that the settings of a provider give to its definition.</summary>
/// <param name="IsAddress">It is the beginning of a URL, and stands in it as it is.</param>
/// <param name="Default">Null when the settings must give a value. Empty when the provider can do without.</param>
public sealed record PostParameter(string Name, string About, bool IsSecret, bool IsAddress, string? Default)
{
    /// <summary>The value that a default repeats, such as <c>account</c> for <c>{{account}}</c>; null for a text of its own.</summary>
    internal static string? NamedBy(string ownDefault) =>
        ownDefault.StartsWith("{{", StringComparison.Ordinal) && ownDefault.EndsWith("}}", StringComparison.Ordinal)
            ? ownDefault[2..^2].Trim() : null;
}

/// <summary>Which recipients a provider has.</summary>
/// <param name="Rule">A sentence that says what is allowed.</param>
/// <param name="Pattern">A regular expression for the whole recipient; null for any text.</param>
public sealed record RecipientRule(string Rule, System.Text.RegularExpressions.Regex? Pattern, bool IsOptional);

public enum PostBodyKind
{
    Json,
    Form,
    Text,
}
