using System.Text.Json;
using Herald.Engine.Basics;

namespace Herald.Hosting.Wire;

/// <summary>
/// Finds strings in JSON that are not text: an escape of half a surrogate pair. JSON allows it, but it cannot be stored or shown as text.
/// </summary>
public static class TextCheck
{
    private const string Rule = "Must be valid text. An escape for one half of a UTF-16 pair needs the other half.";

    /// <param name="json">In UTF-8.</param>
    /// <returns>The first string that is not text, or null.</returns>
    /// <exception cref="JsonException">The input is not JSON.</exception>
    public static FieldProblem? Find(ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("\\u"u8) < 0)
            return null;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return FindIn(ref reader, "");
    }

    private static FieldProblem? FindIn(ref Utf8JsonReader json, string pointer)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.String when TextOf(ref json) is null:
                return Problem(pointer, json.ValueSpan);
            case JsonTokenType.StartArray:
                for (var i = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; i++)
                {
                    if (FindIn(ref json, $"{pointer}/{i}") is { } problem)
                        return problem;
                }
                return null;
            case JsonTokenType.StartObject:
                while (json.Read() && json.TokenType != JsonTokenType.EndObject)
                {
                    if (TextOf(ref json) is not { } name)
                        return Problem(pointer, json.ValueSpan);
                    json.Read();
                    if (FindIn(ref json, ShapeCheck.Step(pointer, name)) is { } problem)
                        return problem;
                }
                return null;
            default:
                return null;
        }
    }

    private static string? TextOf(ref Utf8JsonReader json)
    {
        try
        {
            return json.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static FieldProblem Problem(string pointer, ReadOnlySpan<byte> written) =>
        pointer.EndsWith("/secret", StringComparison.Ordinal) ? new(pointer, "(hidden)", Rule) : FieldProblem.Of(pointer, written, Rule);
}
