using System.Text.Json;
using System.Text.Json.Serialization;

namespace Herald.Client;

/// <summary>An accepted event.</summary>
public sealed record HeraldEvent
{
    public required int Shard { get; init; }

    /// <summary>It rises per key, with gaps. 0 for an event of a dead letter that is in no log.</summary>
    public required long Sequence { get; init; }
    public required string Topic { get; init; }
    public required string Id { get; init; }
    public string? Key { get; init; }
    public string? Type { get; init; }
    public required string ContentType { get; init; }
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>
    /// The payload, if it is JSON. Otherwise its kind is <see cref="JsonValueKind.Undefined"/>, and there are <see cref="Bytes"/>.
    /// </summary>
    public JsonElement Payload { get; init; }

    /// <summary>A payload that is not JSON; otherwise null.</summary>
    [JsonPropertyName("payloadBase64")]
    public ReadOnlyMemory<byte>? Bytes { get; init; }
    public required DateTimeOffset Time { get; init; }
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>For a redrive: the sequence with which the event was first accepted.</summary>
    public long? OriginalSequence { get; init; }
}
