using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Herald.Engine.Events;
using Herald.Hosting.Wire;
using Herald.Server.Publishing;

namespace Herald.Server.Events;

[Description("An accepted event.")]
internal sealed record EventWire
{
    /// <summary>
    /// Maximum depth of a payload that is shown as JSON. With the objects around it on a page of dead letters, an answer is then no deeper
    /// than common parsers accept.
    /// </summary>
    private const int MaxDepth = EventReader.MaxDepth - 4;

    public required int Shard { get; set; }

    [Description("The event's number in its shard. It rises from event to event of a key, with gaps.")]
    public required long Sequence { get; set; }
    public required string Topic { get; set; }
    public required string Id { get; set; }
    public string? Key { get; set; }
    public string? Type { get; set; }
    public required string ContentType { get; set; }
    public required Dictionary<string, string> Attributes { get; set; }

    [Description("The payload; present when it is JSON.")]
    [JsonConverter(typeof(AsWritten))]
    public JsonElement? Payload { get; set; }

    [Description("The payload in base64; present when it is not JSON.")]
    public string? PayloadBase64 { get; set; }
    public required string Time { get; set; }
    public required string AcceptedAt { get; set; }

    [Description("For a redrive: the sequence with which the event was first accepted.")]
    public long? OriginalSequence { get; set; }

    public static EventWire Of(int shard, long sequence, EventView view)
    {
        var payload = PayloadOf(view);
        return new()
        {
            Shard = shard,
            Sequence = sequence,
            Topic = view.TopicText,
            Id = view.IdText,
            Key = view.KeyText,
            Type = view.TypeText,
            ContentType = view.ContentTypeText,
            Attributes = view.AttributesText(),
            Payload = payload,
            PayloadBase64 = payload is null && view.KeyId == 0 ? Convert.ToBase64String(view.Payload.Span) : null,
            Time = TimeText.OfUnixMs(view.TimeMs),
            AcceptedAt = TimeText.OfUnixMs(view.AcceptedAtMs),
            OriginalSequence = view.OriginalSequence > 0 ? view.OriginalSequence : null,
        };
    }

    /// <summary>
    /// Null for a payload that is not JSON or not UTF-8, or that is encrypted. Its content type can still say JSON, because it can be sent
    /// as base64.
    /// </summary>
    private static JsonElement? PayloadOf(EventView view)
    {
        if (view.KeyId != 0 || !view.ContentTypeText.Contains("json", StringComparison.OrdinalIgnoreCase) || !Utf8.IsValid(view.Payload.Span))
            return null;
        try
        {
            using var json = JsonDocument.Parse(OnOneLine(view.Payload), new JsonDocumentOptions { MaxDepth = MaxDepth });
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A tail returns one event per line. A JSON string contains no raw line ends; between tokens a space has the same meaning.
    private static ReadOnlyMemory<byte> OnOneLine(ReadOnlyMemory<byte> json)
    {
        if (!json.Span.ContainsAny("\r\n"u8))
            return json;
        var line = json.ToArray();
        line.AsSpan().Replace((byte)'\n', (byte)' ');
        line.AsSpan().Replace((byte)'\r', (byte)' ');
        return line;
    }
}
