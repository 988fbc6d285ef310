using System.Text.Json;

namespace Herald.Server.Settings;

/// <summary>Reads a settings file: JSON, with comments and trailing commas, e.g. <c>{"journal": {"segmentBytes": "64MiB"}}</c>.</summary>
internal static class SettingsFile
{
    public static void Read(string path, Action<string, string> give, List<SettingError> errors)
    {
        try
        {
            using var json = JsonDocument.Parse(
                File.ReadAllBytes(path), new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                errors.Add(new("(file)", path, "command line", "The file must contain one JSON object."));
            else
                Flatten("", json.RootElement, $"file {path}", give, errors);
        }
        catch (JsonException e)
        {
            errors.Add(new("(file)", path, "command line", $"Line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: not valid JSON from here."));
        }
        catch (InvalidOperationException)
        {
            errors.Add(new("(file)", path, "command line",
                "A string in the file has an escape for one half of a UTF-16 pair without the other half."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(new("(file)", path, "command line", $"The file cannot be read: {e.Message}"));
        }
    }

    private static void Flatten(string prefix, JsonElement element, string source, Action<string, string> give, List<SettingError> errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            var name = prefix + property.Name;
            if (!seen.Add(property.Name))
            {
                errors.Add(new(name, null, source, "The setting is given twice. Remove one."));
                continue;
            }
            switch (property.Value.ValueKind)
            {
                case JsonValueKind.Object:
                    Flatten(name + ".", property.Value, source, give, errors);
                    break;
                case JsonValueKind.Array when property.Value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String):
                    give(name, string.Join(",", property.Value.EnumerateArray().Select(v => v.GetString())));
                    break;
                case JsonValueKind.String:
                    give(name, property.Value.GetString()!);
                    break;
                case JsonValueKind.Null:
                    break; // Null means the same as a missing setting.
                default:
                    give(name, property.Value.GetRawText());
                    break;
            }
        }
    }
}
