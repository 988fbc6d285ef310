using Microsoft.AspNetCore.Http;

namespace Herald.Server.Publishing;

/// <summary>Knows the address of the publishing door without routing.</summary>
internal static class PublishPath
{
    private const string Before = "/v1/topics/", After = "/events";

    /// <summary>The topic when this is a publish, as a part of the path; null when routing has to decide.</summary>
    public static ReadOnlyMemory<char>? TopicOf(HttpRequest request)
    {
        if (!HttpMethods.IsPost(request.Method))
            return null;
        var path = request.Path.Value;
        if (path is null || path.Length <= Before.Length + After.Length
            || !path.StartsWith(Before, StringComparison.Ordinal) || !path.EndsWith(After, StringComparison.Ordinal))
            return null;
        var name = path.AsMemory(Before.Length, path.Length - Before.Length - After.Length);
        return name.Span.Contains('/') ? null : name;
    }
}
