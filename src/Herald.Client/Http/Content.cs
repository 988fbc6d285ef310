using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Herald.Client;

/// <summary>The bodies of requests.</summary>
internal static class Content
{
    public const string LinesMediaType = "application/x-ndjson";

    private static readonly MediaTypeHeaderValue JsonType = new("application/json");
    private static readonly MediaTypeHeaderValue PatchType = new("application/merge-patch+json");
    private static readonly MediaTypeHeaderValue LinesType = new(LinesMediaType);

    public static ReadOnlyMemoryContent Of<T>(T body, JsonTypeInfo<T> type) =>
        Of(JsonSerializer.SerializeToUtf8Bytes(body, type), JsonType);

    public static StringContent Of(JsonNode body) => new StringContent(body.ToJsonString(), JsonType);

    public static StringContent Patch(JsonObject patch) => new StringContent(patch.ToJsonString(), PatchType);

    public static ReadOnlyMemoryContent Json(ReadOnlyMemory<byte> json) => Of(json, JsonType);

    public static ReadOnlyMemoryContent Lines(ReadOnlyMemory<byte> ndjson) => Of(ndjson, LinesType);

    private static ReadOnlyMemoryContent Of(ReadOnlyMemory<byte> bytes, MediaTypeHeaderValue type)
    {
        var content = new ReadOnlyMemoryContent(bytes);
        content.Headers.ContentType = type;
        return content;
    }
}
