using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Herald.TestKit.Documentation;

/// <summary>What a server's description says of an application's addresses; the others are described in <c>docs/openapi.json</c>.</summary>
public static class ApplicationDescription
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="prefixes">Of its addresses.</param>
    /// <returns>They, and what they refer to.</returns>
    public static string Of(JsonNode whole, params string[] prefixes)
    {
        var own = whole["paths"]!.AsObject().Where(path => prefixes.Any(prefix => path.Key.StartsWith(prefix, StringComparison.Ordinal)));
        var paths = new JsonObject(own.Select(path => KeyValuePair.Create(path.Key, path.Value?.DeepClone())));
        var (schemas, all) = (new JsonObject(), whole["components"]!["schemas"]!.AsObject());
        for (var missing = Referred(paths); missing.Count > 0; missing = [.. Referred(schemas).Where(name => !schemas.ContainsKey(name))])
        {
            foreach (var name in missing.Order(StringComparer.Ordinal))
                schemas[name] = all[name]!.DeepClone();
        }
        var only = whole.DeepClone().AsObject();
        only.Remove("tags");
        only.Remove("webhooks");
        (only["paths"], only["components"]!["schemas"]) = (paths, schemas);
        return only.ToJsonString(Indented);
    }

    private static HashSet<string> Referred(JsonNode? node)
    {
        const string Prefix = "#/components/schemas/";
        var found = new HashSet<string>(StringComparer.Ordinal);
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    if (name == "$ref" && value!.ToString().StartsWith(Prefix, StringComparison.Ordinal))
                        found.Add(value.ToString()[Prefix.Length..]);
                    else
                        found.UnionWith(Referred(value));
                }
                break;
            case JsonArray items:
                foreach (var item in items)
                    found.UnionWith(Referred(item));
                break;
        }
        return found;
    }
}
