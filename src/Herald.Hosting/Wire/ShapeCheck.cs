using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Herald.Engine.Basics;
using Herald.Hosting.Problems;

namespace Herald.Hosting.Wire;

/// <summary>
/// Compares a JSON value with its intended type and reports everything that does not fit, with pointer, value and rule. The deserializer
/// would stop at the first mistake and name .NET types.
/// </summary>
public static class ShapeCheck
{
    private const int LongestName = 255;

    public static void Check(JsonElement json, JsonTypeInfo type, string pointer, ProblemList found)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                CheckObject(json, type, pointer, found);
                break;
            case JsonTypeInfoKind.Enumerable:
                if (Expect(json, JsonValueKind.Array, "Must be an array.", pointer, found))
                    CheckItems(json, type, pointer, found);
                break;
            case JsonTypeInfoKind.Dictionary:
                if (Expect(json, JsonValueKind.Object, "Must be an object.", pointer, found))
                    CheckMembers(json, type, pointer, found);
                break;
            case JsonTypeInfoKind.None when type.Converter is IShape shape:
                shape.Check(json, type.Options, pointer, found);
                break;
            default:
                CheckScalar(json, Nullable.GetUnderlyingType(type.Type) ?? type.Type, pointer, found);
                break;
        }
    }

    /// <summary>
    /// Appends a name to a pointer. A name longer than all of ours is cut, because every problem below it repeats the pointer.
    /// </summary>
    public static string Step(string pointer, string name) =>
        $"{pointer}/{Cut(name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    /// <summary>A problem as its sender sees it: secrets are hidden, other values cut short.</summary>
    public static FieldProblem Problem(string pointer, JsonElement value, string rule) =>
        pointer.EndsWith("/secret", StringComparison.Ordinal)
            ? new(pointer, "(hidden)", rule)
            : FieldProblem.Of(pointer, Text(value), rule);

    private static void CheckObject(JsonElement json, JsonTypeInfo type, string pointer, ProblemList found)
    {
        if (!Expect(json, JsonValueKind.Object, "Must be an object.", pointer, found))
            return;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? unknown = null;
        foreach (var member in json.EnumerateObject())
        {
            var at = Step(pointer, member.Name);
            var property = type.Properties.FirstOrDefault(p => p.Name == member.Name);
            if (property is null)
                found.Add(
                    at, member.Value,
                    unknown ??= $"Unknown field. Known fields: {string.Join(", ", type.Properties.Select(p => p.Name))}.");
            else if (!seen.Add(member.Name))
                found.Add(at, member.Value, "Give each field only once.");
            else if (member.Value.ValueKind != JsonValueKind.Null)
                Check(member.Value, type.Options.GetTypeInfo(property.PropertyType), at, found);
            else if (property.IsRequired || !property.IsSetNullable)
                found.Add(at, member.Value, "Must not be null.");
        }
        foreach (var property in type.Properties)
        {
            if (property.IsRequired && !seen.Contains(property.Name))
                found.Add(new FieldProblem(Step(pointer, property.Name), "", "This field is required."));
        }
    }

    private static void CheckItems(JsonElement json, JsonTypeInfo type, string pointer, ProblemList found)
    {
        var itemType = type.Options.GetTypeInfo(type.ElementType!);
        var index = 0;
        foreach (var item in json.EnumerateArray())
            Check(item, itemType, $"{pointer}/{index++}", found);
    }

    private static void CheckMembers(JsonElement json, JsonTypeInfo type, string pointer, ProblemList found)
    {
        var valueType = type.Options.GetTypeInfo(type.ElementType!);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            if (!seen.Add(member.Name))
                found.Add(Step(pointer, member.Name), member.Value, "Give each field only once.");
            else
                Check(member.Value, valueType, Step(pointer, member.Name), found);
        }
    }

    private static void CheckScalar(JsonElement json, Type type, string pointer, ProblemList found)
    {
        if (type == typeof(string))
            Expect(json, JsonValueKind.String, "Must be a string.", pointer, found);
        else if (type == typeof(bool) && json.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            found.Add(pointer, json, "Must be true or false.");
        else if (type == typeof(int) && !(json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out _)))
            found.Add(pointer, json, "Must be a whole number.");
        else if (type == typeof(long) && !(json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out _)))
            found.Add(pointer, json, "Must be a whole number.");
        else if (type == typeof(double) && !(json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out var number) && double.IsFinite(number)))
            found.Add(pointer, json, "Must be a number.");
    }

    private static bool Expect(JsonElement json, JsonValueKind kind, string rule, string pointer, ProblemList found)
    {
        if (json.ValueKind == kind)
            return true;
        found.Add(pointer, json, rule);
        return false;
    }

    private static string Cut(string name) =>
        name.Length <= LongestName ? name : name[..(char.IsHighSurrogate(name[LongestName - 1]) ? LongestName - 1 : LongestName)] + "…";

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
