using System.Text.Json.Serialization;

namespace Herald.Client;

/// <summary>The result for one event.</summary>
public sealed record PublishResult
{
    /// <summary>The event's place in the request, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Null when the event was refused.</summary>
    public string? Id { get; init; }

    /// <summary>One of <see cref="PublishStatus"/>.</summary>
    public required string Status { get; init; }
    public int? Shard { get; init; }

    /// <summary>The sequence in the shard; for a duplicate or a conflict, that of the original.</summary>
    public long? Sequence { get; init; }

    /// <summary>Why the event was not stored.</summary>
    public PublishProblem? Problem { get; init; }

    /// <summary>The event is durable, from this request or from an earlier one.</summary>
    [JsonIgnore]
    public bool IsStored => Status is PublishStatus.Accepted or PublishStatus.Duplicate;
}
