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

    /// <summary>Turns payloads given as arguments into envelopes. <paramref name="template"/> has their common fields.</summary>
    public static IEnumerable<PublishLine> OfPayloads(IReadOnlyList<string> payloads, JsonObject template, string? id, string idPrefix)
    {
        for (var i = 0; i < payloads.Count; i++)
        {
            var envelope = (JsonObject)template.DeepClone();
            envelope["id"] = id ?? $"{idPrefix}-{i + 1}";
            // The envelope is not empty, because it has an id. The payload is appended exactly as it was typed.
            yield return new(
                i + 1, Encoding.UTF8.GetBytes($"{envelope.ToJsonString()[..^1]},\"payload\":{PayloadOf(payloads[i])}}}"), 0, null);
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

    /// <summary>
    /// Valid JSON is sent unchanged but on one line, because between tokens a space means the same as a line break. Any other text is sent
    /// as a JSON string.
    /// </summary>
    private static string PayloadOf(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return text.Replace('\n', ' ').Replace('\r', ' ');
        }
        catch (JsonException)
        {
            return Quoted(text);
        }
    }
}
