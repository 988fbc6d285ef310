using System.Text.Json;

namespace Herald.Client;

/// <summary>The results of the events that were sent, with the exact text of the first problems.</summary>
public sealed class PublishTally
{
    private const int MostProblems = 20;
    private readonly List<(long Line, string Detail)> _problems = [];

    public long Accepted { get; private set; }

    /// <summary>Events that Herald already had, which is as good as accepted.</summary>
    public long Duplicates { get; private set; }
    public long Refused { get; private set; }

    /// <summary>The last line that was sent and answered. A repetition can begin after it.</summary>
    public long LastLine { get; private set; }
    public IReadOnlyList<(long Line, string Detail)> Problems => _problems;

    public void Refuse(long line, string detail)
    {
        Refused++;
        if (_problems.Count < MostProblems)
            _problems.Add((line, detail));
    }

    /// <summary>Counts an answer to a batch. False when the answer contains no verdicts on the events.</summary>
    public bool Count(Reply reply, IReadOnlyList<PublishLine> batch)
    {
        if (reply.Body is not { ValueKind: JsonValueKind.Object } body
            || !body.TryGetProperty("results", out var results) || results.ValueKind != JsonValueKind.Array
            || results.GetArrayLength() != batch.Count)
            return false;
        var index = 0;
        foreach (var result in results.EnumerateArray())
        {
            var line = batch[index++].Number;
            switch (JsonText.Find(result, "status"))
            {
                case "accepted":
                    Accepted++;
                    break;
                case "duplicate":
                    Duplicates++;
                    break;
                default:
                    Refuse(line, Detail(result));
                    break;
            }
            LastLine = Math.Max(LastLine, line);
        }
        return true;
    }

    private static string Detail(JsonElement result) =>
        result.TryGetProperty("problem", out var problem)
            ? $"{JsonText.Find(problem, "pointer")}: {JsonText.Find(problem, "value")}: {JsonText.Find(problem, "rule")}"
            : JsonText.Find(result, "status") ?? "refused";
}
