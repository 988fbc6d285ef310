using System.ComponentModel;
using System.Text.Json;

namespace Herald.Server.Publishing;

/// <summary>The shape of a published event, for the API's description. <see cref="EventReader"/> reads it.</summary>
[Description("An event to publish. payload or payloadBase64 is required.")]
internal sealed record NewEventWire
{
    [Description("The publisher's idempotency id, at most 255 bytes. A second event with the same topic, key and id is a duplicate. Left out: Herald gives one and nothing is deduplicated.")]
    public string? Id { get; set; }

    [Description("Events of one topic with the same key are delivered in the order accepted. At most 1 KiB. Left out: the order does not matter.")]
    public string? Key { get; set; }

    [Description("What happened, for filters and receivers. At most 255 bytes.")]
    public string? Type { get; set; }

    [Description("For filters and receivers: at most 50, together 4 KiB.")]
    public Dictionary<string, string>? Attributes { get; set; }

    [Description("Any JSON, null included; delivered byte for byte as it was written. At most 1 MiB unless the server says otherwise.")]
    public JsonElement? Payload { get; set; }

    [Description("Bytes that are no JSON, in base64; delivered decoded.")]
    public string? PayloadBase64 { get; set; }

    [Description("Default application/json; with payloadBase64 application/octet-stream.")]
    public string? ContentType { get; set; }

    [Description("When it happened (RFC 3339). Default: the time of acceptance.")]
    public string? Time { get; set; }
}

[Description("How each event fared, by its index in the request.")]
internal sealed record PublishAnswerWire
{
    public required IReadOnlyList<PublishResultWire> Results { get; set; }
}

internal sealed record PublishResultWire
{
    public required int Index { get; set; }

    [Description("The event's id, given or drawn; absent when the event was refused.")]
    public string? Id { get; set; }

    [Description("accepted, duplicate (the same event is already durable), conflict (the id was used for another event), or refused.")]
    public required string Status { get; set; }

    [Description("Where its key lives: sequences count within a shard.")]
    public int? Shard { get; set; }

    [Description("Its sequence in its shard; for a duplicate or a conflict that of the original.")]
    public long? Sequence { get; set; }
    public PublishProblemWire? Problem { get; set; }
}

internal sealed record PublishProblemWire
{
    public required string Code { get; set; }
    public required string Pointer { get; set; }
    public required string Value { get; set; }
    public required string Rule { get; set; }
}
