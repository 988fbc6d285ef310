using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Herald.Engine;

namespace Herald.Server.Wire;

/// <summary>
/// Compares a JSON value with the type it is meant for and names everything that does not fit, with pointer, value and rule. The
/// deserializer would stop at the first, and speak of .NET types.
/// </summary>
internal static class ShapeCheck
{
    public static void Check(JsonElement json, JsonTypeInfo type, string pointer, List<FieldProblem> found)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                CheckObject(json, type, pointer, found);
                break;
            case JsonTypeInfoKind.Enumerable:
                if (Expect(json, JsonValueKind.Array, "An array.", pointer, found))
                    CheckItems(json, type, pointer, found);
                break;
            case JsonTypeInfoKind.Dictionary:
                if (Expect(json, JsonValueKind.Object, "An object.", pointer, found))
                    CheckMembers(json, type, pointer, found);
                break;
            default:
                CheckScalar(json, Nullable.GetUnderlyingType(type.Type) ?? type.Type, pointer, found);
                break;
        }
    }

    public static string Step(string pointer, string name) =>
        $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    /// <summary>As shown to whoever sent it: secrets never, the rest cut short.</summary>
    public static FieldProblem Problem(string pointer, JsonElement value, string rule) =>
        pointer.EndsWith("/secret", StringComparison.Ordinal) ? new(pointer, "(hidden)", rule) : FieldProblem.Of(pointer, Text(value), rule);

    private static void CheckObject(JsonElement json, JsonTypeInfo type, string pointer, List<FieldProblem> found)
    {
        if (!Expect(json, JsonValueKind.Object, "An object.", pointer, found))
            return;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            var at = Step(pointer, member.Name);
            var property = type.Properties.FirstOrDefault(p => p.Name == member.Name);
            if (property is null)
                found.Add(Problem(at, member.Value, $"Unknown field. Known: {string.Join(", ", type.Properties.Select(p => p.Name))}."));
            else if (!seen.Add(member.Name))
                found.Add(Problem(at, member.Value, "A field is given once."));
            else if (member.Value.ValueKind != JsonValueKind.Null)
                Check(member.Value, type.Options.GetTypeInfo(property.PropertyType), at, found);
            else if (property.IsRequired || !property.IsSetNullable)
                found.Add(Problem(at, member.Value, "Not null."));
        }
        foreach (var property in type.Properties)
        {
            if (property.IsRequired && !seen.Contains(property.Name))
                found.Add(new(Step(pointer, property.Name), "", "This field is required."));
        }
    }

    private static void CheckItems(JsonElement json, JsonTypeInfo type, string pointer, List<FieldProblem> found)
    {
        var itemType = type.Options.GetTypeInfo(type.ElementType!);
        var index = 0;
        foreach (var item in json.EnumerateArray())
            Check(item, itemType, $"{pointer}/{index++}", found);
    }

    private static void CheckMembers(JsonElement json, JsonTypeInfo type, string pointer, List<FieldProblem> found)
    {
        var valueType = type.Options.GetTypeInfo(type.ElementType!);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            if (!seen.Add(member.Name))
                found.Add(Problem(Step(pointer, member.Name), member.Value, "A field is given once."));
            else
                Check(member.Value, valueType, Step(pointer, member.Name), found);
        }
    }

    private static void CheckScalar(JsonElement json, Type type, string pointer, List<FieldProblem> found)
    {
        if (type == typeof(string))
            Expect(json, JsonValueKind.String, "A string.", pointer, found);
        else if (type == typeof(bool) && json.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            found.Add(Problem(pointer, json, "true or false."));
        else if (type == typeof(int) && !(json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out _)))
            found.Add(Problem(pointer, json, "A whole number."));
        else if (type == typeof(long) && !(json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out _)))
            found.Add(Problem(pointer, json, "A whole number."));
        else if (type == typeof(double) && !(json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out var number) && double.IsFinite(number)))
            found.Add(Problem(pointer, json, "A number."));
    }

    private static bool Expect(JsonElement json, JsonValueKind kind, string rule, string pointer, List<FieldProblem> found)
    {
        if (json.ValueKind == kind)
            return true;
        found.Add(Problem(pointer, json, rule));
        return false;
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
