using System.Text.Json;
using System.Text.Json.Nodes;

namespace Herald.TestKit.Documentation;

/// <summary>The JSON examples of a page whose settings name files that do not exist on this machine.</summary>
public sealed class DocumentedSettings : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("herald-docs-").FullName;

    /// <param name="page">The page below <c>docs</c>.</param>
    public DocumentedSettings(string page)
    {
        var examples = File.ReadAllText(SourceTree.File($"docs/{page}")).Split("```json\n").Skip(1).Select(rest => rest.Split("```")[0]);
        All = [.. examples.Select(example => JsonNode.Parse(example)!.AsObject())];
    }

    public IReadOnlyList<JsonObject> All { get; }

    /// <summary>
    /// Writes an example to a file. Each file that it names becomes one in a folder of its own: with the content for its name, or else with
    /// <paramref name="secret"/>.
    /// </summary>
    public string Write(JsonObject example, Func<string, string?> content, string secret)
    {
        var text = example.DeepClone();
        Replace(text, content, secret);
        var path = Path.Combine(_folder, $"{Guid.NewGuid():N}.json");
        File.WriteAllText(path, text.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        return path;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Replace(JsonNode node, Func<string, string?> content, string secret)
    {
        if (node is not JsonObject fields)
            return;
        foreach (var (name, value) in fields.ToList())
        {
            if (value is JsonValue text && text.TryGetValue<string>(out var named)
                && named.StartsWith("/etc/herald/", StringComparison.Ordinal))
            {
                var file = Path.GetFileName(named);
                var path = Path.Combine(_folder, file);
                File.WriteAllText(path, content(file) ?? secret);
                fields[name] = path;
            }
            else if (value is not null)
                Replace(value, content, secret);
        }
    }
}
