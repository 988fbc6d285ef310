using System.Text;
using System.Text.Json.Nodes;

namespace Herald.LocalServers.Posts;

/// <summary>A request that a fake provider received.</summary>
/// <param name="Headers">Names in lower case.</param>
public sealed record ProviderCall(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string BodyText => Encoding.UTF8.GetString(Body);

    public string? Header(string name) => Headers.GetValueOrDefault(name.ToLowerInvariant());

    /// <summary>The body as a JSON object; null when it is something else.</summary>
    public JsonObject? Json
    {
        get
        {
            try
            {
                return JsonNode.Parse(Body) as JsonObject;
            }
            catch (System.Text.Json.JsonException)
            {
                return null;
            }
        }
    }

    /// <summary>The body as a form. A field that is given twice is in it twice.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Form =>
        [.. BodyText.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split('=', 2))
            .Select(parts => KeyValuePair.Create(Decode(parts[0]), parts.Length == 2 ? Decode(parts[1]) : ""))];

    public bool IsJson => Header("content-type")?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true;

    public bool IsForm =>
        Header("content-type")?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true;

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}

/// <summary>What a fake provider answers.</summary>
public sealed record ProviderAnswer(int Status, string Body, string ContentType = "application/json")
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}

/// <summary>What a fake provider has taken and would show to a person.</summary>
/// <param name="Recipient">Empty when the address of the request names it.</param>
/// <param name="Text">As a person would read it: escapes of the vendor's own markup are undone.</param>
public sealed record AcceptedPost(string Recipient, string Text, string? Title = null);
