using System.Text.Json;
using System.Text.Json.Nodes;

namespace Herald.Lab.Benches.Load;

/// <summary>What a generator counted in one run. Requests that were on their way when the time was over are not in it.</summary>
/// <param name="Requests">Answered, whatever the answer.</param>
/// <param name="Refused">Answered with a status of 400 or more.</param>
/// <param name="Broken">Not answered: connections that failed or broke, answers that took too long.</param>
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
