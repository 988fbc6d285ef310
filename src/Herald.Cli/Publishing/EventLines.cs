using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Herald.Cli.Publishing;

/// <summary>
/// Reads events, one JSON envelope per line. An envelope without an id gets <c>PREFIX-LINE</c>, which is the same whenever the same input
/// is read with the same prefix. So an interrupted import can be repeated safely.
/// </summary>
internal static class EventLines
{
    public static async IAsyncEnumerable<PublishLine> ReadAsync(
        Stream input, string idPrefix, long skip, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var reader = new StreamReader(
            input, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 64 * 1024, leaveOpen: true);
        long number = 0, read = 0;
        while (await reader.ReadLineAsync(cancel) is { } text)
        {
            number++;
            read += Encoding.UTF8.GetByteCount(text) + 1;
            if (number > skip && !string.IsNullOrWhiteSpace(text))
                yield return Line(text, number, read, $"{idPrefix}-{number}");
        }
    }

    /// <summary>
    /// Turns payloads given as arguments into envelopes. <paramref name="template"/> has their common fields. Payloads are JSON, which
    /// <see cref="ProblemOf"/> has checked, or with <paramref name="isText"/> texts that are sent as JSON strings.
    /// </summary>
    public static IEnumerable<PublishLine> OfPayloads(
        IReadOnlyList<string> payloads, bool isText, JsonObject template, string? id, string idPrefix)
    {
        for (var i = 0; i < payloads.Count; i++)
        {
            var envelope = (JsonObject)template.DeepClone();
            envelope["id"] = id ?? $"{idPrefix}-{i + 1}";
            var payload = isText ? Quoted(payloads[i]) : OnOneLine(payloads[i]);
            // The envelope is not empty, because it has an id. The payload is appended exactly as it was typed.
            yield return new(i + 1, Encoding.UTF8.GetBytes($"{envelope.ToJsonString()[..^1]},\"payload\":{payload}}}"), 0, null);
        }
    }

    /// <summary>Why a payload is not JSON, with the place; null when it is.</summary>
    public static string? ProblemOf(string payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            return null;
        }
        catch (JsonException problem)
        {
            var at = (int)(problem.BytePositionInLine ?? 0);
            var line = Encoding.UTF8.GetBytes(payload.Split('\n').ElementAtOrDefault((int)(problem.LineNumber ?? 0)) ?? "");
            return at < line.Length ? $"not JSON from '{Encoding.UTF8.GetString(line.AsSpan(at))}' on" : "not JSON: it ends too early";
        }
    }

    private static PublishLine Line(string text, long number, long read, string id)
    {
        try
        {
            if (JsonNode.Parse(text) is not JsonObject envelope)
                return new(number, [], read, "not a JSON object");
            // The text is unchanged if it has an id, so numbers and escapes are sent as they were written.
            if (!envelope.ContainsKey("id"))
                text = $"{text.TrimEnd()[..^1]}{(envelope.Count == 0 ? "" : ",")}\"id\":{Quoted(id)}}}";
            return new(number, Encoding.UTF8.GetBytes(text), read, null);
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException or InvalidOperationException)
        {
            return new(number, [], read, $"not JSON: {problem.Message}");
        }
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    /// <summary>Between tokens of JSON a space means the same as a line break. In a string there is neither, only escapes.</summary>
    private static string OnOneLine(string json) => json.Replace('\n', ' ').Replace('\r', ' ');
}
