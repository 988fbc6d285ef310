using System.Text.Json;
using Herald.Hosting.Text;

namespace Herald.Hosting.Settings;

/// <summary>A settings file: JSON, with comments and trailing commas, e.g. <c>{"journal": {"segmentBytes": "64MiB"}}</c>.</summary>
/// <remarks>
/// The reader of Microsoft.Extensions.Configuration stops at the first name that is given twice, so this one reads the JSON itself.
/// </remarks>
internal sealed class FileSettings(string path) : SettingProvider($"file {path}")
{
    public override void Load()
    {
        try
        {
            using var json = JsonDocument.Parse(
                File.ReadAllBytes(path), new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (json.RootElement.ValueKind == JsonValueKind.Object)
                ReadObject("", json.RootElement);
            else
                Fail("The file must contain one JSON object.");
        }
        catch (JsonException e)
        {
            Fail($"Line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: not valid JSON from here.");
        }
        catch (InvalidOperationException)
        {
            Fail("A string in the file has an escape for one half of a UTF-16 pair without the other half.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail($"The file cannot be read: {FileReason.Of(e)}.");
        }
    }

    private void ReadObject(string prefix, JsonElement element)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in element.EnumerateObject())
        {
            var key = prefix + KeyOf(property.Name);
            if (seen.Add(property.Name))
                Read(key, property.Value);
            else
                Errors.Add(new(Spell(key), null, Source, "The setting is given twice. Remove one."));
        }
    }

    private void Read(string key, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                ReadObject(key + ":", value);
                break;
            case JsonValueKind.Array when value.GetArrayLength() == 0:
                Give(key, null);
                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in value.EnumerateArray().Index())
                    Read($"{key}:{index}", item);
                break;
            case JsonValueKind.String:
                Give(key, value.GetString());
                break;
            case JsonValueKind.Null:
                break; // Null means the same as a missing setting.
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                Give(key, value.GetRawText());
                break;
            case JsonValueKind.Undefined:
            default:
                throw new System.Diagnostics.UnreachableException($"{value.ValueKind}");
        }
    }

    private void Fail(string rule) => Errors.Add(new("--config", path, "command line", rule));
}
