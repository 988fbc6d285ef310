using System.ComponentModel;
using System.Text.Json;

namespace Herald.Server.Publishing;

/// <summary>The shape of a published event, for the API's description. <see cref="EventReader"/> reads it.</summary>
[Description("An event to publish. payload or payloadBase64 is required.")]
internal sealed record NewEventWire
{
    [Description(
        "The publisher's id of the event, at most 255 bytes. A second event with the same topic, key and id is a duplicate. If it is "
            + "absent, Herald creates one, and the event is not deduplicated.")]
    public string? Id { get; set; }

    [Description(
        "Events of one topic with the same key are delivered in the order in which they were accepted. At most 1 KiB. If it is absent, "
            + "the event has no order.")]
    public string? Key { get; set; }

    [Description("The kind of event, for filters and receivers. At most 255 bytes.")]
    public string? Type { get; set; }

    [Description("Attributes for filters and receivers: at most 50, together 4 KiB.")]
    public Dictionary<string, string>? Attributes { get; set; }

    [Description(
        "Any JSON value, including null. It is delivered byte for byte as it was written. At most 1 MiB, unless the "
            + "server has another limit.")]
    public JsonElement? Payload { get; set; }

    [Description("A payload that is not JSON, in base64. It is delivered decoded.")]
    public string? PayloadBase64 { get; set; }

    [Description("The media type of the payload. Default application/json; with payloadBase64 application/octet-stream.")]
    public string? ContentType { get; set; }

    [Description("When the event happened (RFC 3339). Default: the time of acceptance.")]
    public string? Time { get; set; }
}

[Description("The result of each event, in the order of the request.")]
internal sealed record PublishAnswerWire
{
    public required IReadOnlyList<PublishResultWire> Results { get; set; }
}

internal sealed record PublishResultWire
{
    public required int Index { get; set; }

    [Description("The id of the event, from the request or created by Herald. Absent when the event was refused.")]
    public string? Id { get; set; }

    [Description("accepted, duplicate (the same event is already durable), conflict (the id was used for another event), or refused.")]
    public required string Status { get; set; }

    [Description("The shard of the event's key. Sequences count within a shard.")]
    public int? Shard { get; set; }

    [Description("The event's sequence in its shard; for a duplicate or a conflict, the sequence of the earlier event.")]
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
