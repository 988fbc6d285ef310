using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.Client;

namespace Herald.Cli.Publishing;

/// <summary>
/// Reads events, one JSON envelope a line. An envelope without an id gets <c>PREFIX-LINE</c>, the same each time the same input is
/// read with the same prefix: that is what makes an interrupted import safe to repeat.
/// </summary>
internal static class EventLines
{
    public static async IAsyncEnumerable<PublishLine> ReadAsync(
        Stream input, string idPrefix, long skip, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var reader = new StreamReader(input, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 64 * 1024, leaveOpen: true);
        long number = 0, read = 0;
        while (await reader.ReadLineAsync(cancel) is { } text)
        {
            number++;
            read += Encoding.UTF8.GetByteCount(text) + 1;
            if (number > skip && !string.IsNullOrWhiteSpace(text))
                yield return Line(text, number, read, $"{idPrefix}-{number}");
        }
    }

    /// <summary>Payloads given as arguments; <paramref name="template"/> has what they share.</summary>
    public static IEnumerable<PublishLine> OfPayloads(IReadOnlyList<string> payloads, JsonObject template, string? id, string idPrefix)
    {
        for (var i = 0; i < payloads.Count; i++)
        {
            var envelope = (JsonObject)template.DeepClone();
            envelope["id"] = id ?? $"{idPrefix}-{i + 1}";
            // The envelope has an id at least: the payload follows it as it was typed.
            yield return new(i + 1, Encoding.UTF8.GetBytes($"{envelope.ToJsonString()[..^1]},\"payload\":{PayloadOf(payloads[i])}}}"), 0, null);
        }
    }

    private static PublishLine Line(string text, long number, long read, string id)
    {
        try
        {
            if (JsonNode.Parse(text) is not JsonObject envelope)
                return new(number, [], read, "not a JSON object");
            // Unchanged unless the id is missing: numbers and escapes go out as they were written.
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

    /// <summary>JSON is sent as it is, but on one line, for which a space says as much as an end of line; anything else as a JSON string.</summary>
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
