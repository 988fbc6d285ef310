using Microsoft.AspNetCore.Http;

namespace Herald.Server.Publishing;

/// <summary>Recognises the address of publishing without routing.</summary>
internal static class PublishPath
{
    private const string Before = "/v1/topics/", After = "/events";

    /// <summary>The topic's name in the path of a publish request; null when routing must decide.</summary>
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
