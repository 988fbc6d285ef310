using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Herald.Client;

/// <summary>An event to publish. It has a <see cref="Payload"/> or <see cref="Bytes"/>.</summary>
public sealed record NewEvent
{
    /// <summary>
    /// Your idempotency id: a second event with the same topic, key and id is a duplicate. Without one, Herald gives an id, and nothing is
    /// deduplicated.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>
    /// Events of one topic with the same key are delivered in the order in which they were accepted. Without one, there is no order.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>What happened, for filters and receivers.</summary>
    public string? Type { get; init; }

    /// <summary>For filters and receivers.</summary>
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }

    /// <summary>
    /// JSON. It is delivered byte for byte as it is written here. Text that is not JSON is a <see cref="JsonException"/> of the call.
    /// </summary>
    [JsonConverter(typeof(RawJsonConverter))]
    public string? Payload { get; init; }

    /// <summary>A payload that is not JSON.</summary>
    [JsonPropertyName("payloadBase64")]
    public ReadOnlyMemory<byte>? Bytes { get; init; }

    /// <summary>Null for <c>application/json</c>, or for <c>application/octet-stream</c> with <see cref="Bytes"/>.</summary>
    public string? ContentType { get; init; }

    /// <summary>When it happened; null for the time of acceptance.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>An event whose payload is this value as JSON.</summary>
    /// <param name="type">From a generated context, so that no reflection is needed.</param>
    public static NewEvent Of<T>(T payload, JsonTypeInfo<T> type) => new() { Payload = JsonSerializer.Serialize(payload, type) };
}
