using System.Globalization;
using Herald.Hosting.Problems;
using Microsoft.AspNetCore.Http;

namespace Herald.Hosting.Wire;

/// <summary>Versions as ETags, and the conditions If-Match and If-None-Match.</summary>
public static class EntityTag
{
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>The version that a change is allowed to apply to: 0 for "must not exist", null for any.</summary>
    /// <param name="present">The present version; null when nothing exists.</param>
    /// <returns>The version, or a problem when the condition cannot hold in any case.</returns>
    public static (long? Version, Problem? Problem) Condition(HttpRequest request, long? present)
    {
        if (request.Headers.IfNoneMatch.Count > 0 && request.Headers.IfNoneMatch.ToString() == "*")
            return present is null ? (0, null) : (null, Mismatch(present));
        if (request.Headers.IfMatch.Count == 0)
            return (null, null);
        var tag = request.Headers.IfMatch.ToString();
        if (present is { } version && (tag == "*" || tag == Of(version)))
            return (version, null);
        return (null, Mismatch(present));
    }

    /// <summary>The caller already has this version.</summary>
    public static bool IsKnown(HttpRequest request, long version) =>
        request.Headers.IfNoneMatch.Count > 0 && request.Headers.IfNoneMatch.ToString() == Of(version);

    public static Problem Mismatch(long? present) =>
        new(ProblemKind.VersionMismatch, present is { } version ? $"The current version is {Of(version)}." : "It does not exist.");
}
