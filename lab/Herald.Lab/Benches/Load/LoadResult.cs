using System.Text.Json;
using System.Text.Json.Nodes;

namespace Herald.Lab.Benches.Load;

/// <summary>The counts of a generator in one run. Requests that were on their way when the time was over are not included.</summary>
/// <param name="Requests">Requests that were answered, with any status.</param>
/// <param name="Refused">Requests that were answered with a status of 400 or more.</param>
/// <param name="Broken">Requests that were not answered: connections that failed or broke, and answers that took too long.</param>
internal sealed record LoadResult(long Requests, TimeSpan Duration, long Refused, long Broken)
{
    private const string RequestsField = "requests", MicrosecondsField = "microseconds", RefusedField = "refused", BrokenField = "broken";

    public double RequestsPerSecond => Requests / Duration.TotalSeconds;

    public static LoadResult Parse(JsonElement json) => new(
        json.GetProperty(RequestsField).GetInt64(),
        TimeSpan.FromMicroseconds(json.GetProperty(MicrosecondsField).GetInt64()),
        json.GetProperty(RefusedField).GetInt64(),
        json.GetProperty(BrokenField).GetInt64());

    public JsonObject ToJson() => new()
    {
        [RequestsField] = Requests,
        [MicrosecondsField] = (long)Duration.TotalMicroseconds,
        [RefusedField] = Refused,
        [BrokenField] = Broken,
    };
}
