using System.Net.Http.Headers;

namespace Herald.Hosting.Wire;

/// <summary>The Content-Types of requests that Herald distinguishes.</summary>
public enum MediaType
{
    Other,
    Json,
    MergePatch,
    LinesOfJson,
}

public static class MediaTypes
{
    public const string Json = "application/json", MergePatch = "application/merge-patch+json", LinesOfJson = "application/x-ndjson";

    public static MediaType Of(string? contentType)
    {
        if (contentType == Json)
            return MediaType.Json;
        if (!MediaTypeHeaderValue.TryParse(contentType, out var parsed))
            return MediaType.Other;
        if (parsed.CharSet is { } charset && !charset.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            return MediaType.Other;
        return parsed.MediaType?.ToLowerInvariant() switch
        {
            Json => MediaType.Json,
            MergePatch => MediaType.MergePatch,
            LinesOfJson or "application/ndjson" => MediaType.LinesOfJson,
            _ => MediaType.Other,
        };
    }
}
