using System.ComponentModel;
using System.Text.Json;
using Herald.Engine.Events;
using Herald.Server.Wire;

namespace Herald.Server.Events;

[Description("An accepted event.")]
internal sealed record EventWire
{
    public required int Shard { get; set; }

    [Description("Rises per key within the shard, not contiguous.")]
    public required long Sequence { get; set; }
    public required string Topic { get; set; }
    public required string Id { get; set; }
    public string? Key { get; set; }
    public string? Type { get; set; }
    public required string ContentType { get; set; }
    public required Dictionary<string, string> Attributes { get; set; }

    [Description("Present when the payload is JSON.")]
    public JsonElement? Payload { get; set; }

    [Description("Present when the payload is not JSON.")]
    public string? PayloadBase64 { get; set; }
    public required string Time { get; set; }
    public required string AcceptedAt { get; set; }

    [Description("For a redrive: the sequence the event was first accepted with.")]
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
            PayloadBase64 = payload is null ? Convert.ToBase64String(view.Payload.Span) : null,
            Time = TimeText.OfUnixMs(view.TimeMs),
            AcceptedAt = TimeText.OfUnixMs(view.AcceptedAtMs),
            OriginalSequence = view.OriginalSequence > 0 ? view.OriginalSequence : null,
        };
    }

    /// <summary>What claims to be JSON need not be: a publisher may have sent it as base64.</summary>
    private static JsonElement? PayloadOf(EventView view)
    {
        if (!view.ContentTypeText.Contains("json", StringComparison.OrdinalIgnoreCase))
            return null;
        try
        {
            using var json = JsonDocument.Parse(view.Payload);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
