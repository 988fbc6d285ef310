using System.Text.Json;

namespace Herald.Nats.JetStream;

/// <summary>What a server reports about a stream.</summary>
/// <param name="Created">When it was created, as the server writes it. A stream that is deleted and created again is another one.</param>
/// <param name="LastSequence">The sequence of the newest message that it has ever had; 0 when there was none.</param>
/// <param name="IsClustered">Whether it is on a cluster of servers.</param>
/// <param name="Leader">The server that leads it, in a cluster; null while there is none.</param>
public sealed record StreamFacts(
    string Created, string Retention, IReadOnlyList<string> Subjects, long LastSequence, bool IsClustered, string? Leader)
{
    internal static StreamFacts Of(JsonElement answer)
    {
        var config = answer.GetProperty("config");
        var isClustered = answer.TryGetProperty("cluster", out var cluster);
        return new(
            answer.GetProperty("created").GetString()!,
            config.GetProperty("retention").GetString()!,
            config.TryGetProperty("subjects", out var subjects)
                ? [.. subjects.EnumerateArray().Select(subject => subject.GetString()!)]
                : [],
            answer.GetProperty("state").GetProperty("last_seq").GetInt64(),
            isClustered,
            isClustered && cluster.TryGetProperty("leader", out var leader) && leader.GetString() is { Length: > 0 } name ? name : null);
    }
}
