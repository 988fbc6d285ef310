using System.Text.Json;
using Herald.Engine.Basics;

namespace Herald.Posts.Definitions;

/// <summary>An object of a definition while it is read. Every problem is noted with its place, its value and what is allowed.</summary>
internal sealed class DefinitionObject
{
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly string _pointer;
    private readonly List<FieldProblem> _problems;

    /// <param name="known">The fields that the object can have. Others are problems.</param>
    public DefinitionObject(JsonElement element, string pointer, List<FieldProblem> problems, params string[] known)
    {
        (_pointer, _problems) = (pointer, problems);
        if (element.ValueKind != JsonValueKind.Object)
        {
            Note("", element, "Write an object.");
            return;
        }
        foreach (var field in element.EnumerateObject())
        {
            if (!known.Contains(field.Name, StringComparer.Ordinal))
                Note(field.Name, field.Value, $"There is no such field here. Known: {string.Join(", ", known)}.");
            else if (!_fields.TryAdd(field.Name, field.Value))
                Note(field.Name, field.Value, "The field is given twice. Remove one.");
        }
    }

    public bool Has(string name) => _fields.ContainsKey(name);

    public JsonElement? Find(string name) => _fields.TryGetValue(name, out var value) ? value : null;

    public string PointerOf(string name) => name.Length == 0 ? _pointer : $"{_pointer}/{name}";

    public void Note(string name, JsonElement? value, string rule) => Note(name, value?.GetRawText() ?? "", rule);

    public void Note(string name, string value, string rule) => _problems.Add(FieldProblem.Of(PointerOf(name), value, rule));

    /// <summary>A text; a missing one that is required is noted, and is empty.</summary>
    public string Text(string name, string rule, bool isRequired = true) => OptionalText(name, rule, isRequired) ?? "";

    public string? OptionalText(string name, string rule, bool isRequired = false)
    {
        if (Find(name) is not { } value)
        {
            if (isRequired)
                Note(name, "", $"It is missing. {rule}");
            return null;
        }
        if (TextOf(value) is { Length: > 0 } text)
            return text;
        Note(name, value, rule);
        return null;
    }

    public bool Switch(string name)
    {
        if (Find(name) is not { } value)
            return false;
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            Note(name, value, "Write true or false.");
        return value.ValueKind == JsonValueKind.True;
    }

    public int? Number(string name, int least, int most)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
            return number;
        Note(name, value, $"Write a whole number from {least} to {most}.");
        return null;
    }

    /// <summary>A text or a list of texts; empty when the field is missing.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        if (Find(name) is not { } value)
            return [];
        var items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : new[] { value };
        // The texts are compared with values of any type: true and 21211 mean the same with and without quotes.
        var texts = items.Select(item => item.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number
            ? item.GetRawText() : TextOf(item)).ToList();
        if (texts.Count > 0 && texts.TrueForAll(text => text is { Length: > 0 }))
            return texts!;
        Note(name, value, "Write a text or a list of texts.");
        return [];
    }

    private static string? TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
