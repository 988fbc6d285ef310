using System.Text.Json;

namespace Herald.Client;

/// <summary>A field that breaks a rule.</summary>
public sealed record FieldProblem
{
    /// <summary>The JSON pointer to the field; <c>?name</c> for a parameter of the query.</summary>
    public required string Pointer { get; init; }

    /// <summary>The value as it was sent, cut short. Secrets are hidden.</summary>
    public required string Value { get; init; }

    /// <summary>What is allowed.</summary>
    public required string Rule { get; init; }

    public override string ToString() => Told(Pointer, Value, Rule);

    /// <summary>A missing field has no value, and a body as a whole has no pointer.</summary>
    internal static string Told(string pointer, string value, string rule) =>
        string.Join(": ", new[] { pointer, value, rule }.Where(part => part.Length > 0));

    internal static FieldProblem Of(JsonElement error) => new()
    {
        Pointer = JsonText.Find(error, "pointer") ?? "",
        Value = JsonText.Find(error, "value") ?? "",
        Rule = JsonText.Find(error, "rule") ?? "",
    };
}
