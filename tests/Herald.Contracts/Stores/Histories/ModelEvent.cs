using Herald.Engine.Events;

namespace Herald.Contracts.Stores.Histories;

/// <summary>An event as it was drawn: with its texts, without hashes.</summary>
/// <param name="Id">The id of a publisher, which the store remembers. Null for every other event.</param>
public sealed record ModelEvent(NewEvent Event, string Key, string? Id, string Content)
{
    public int Shard => Event.Shard.Value;
    public ulong KeyHash => Event.Index.KeyHash;
    public long Sequence { get; init; }
    public long AcceptedAtMs { get; init; }
    public long CatalogVersion { get; init; }

    /// <summary>Retention was allowed to free it at some moment. It can still be there.</summary>
    public bool MayBeGone { get; set; }

    public override string ToString() => $"{Shard}:{Key}/{Id ?? "-"}={Content[..Math.Min(Content.Length, 3)]}";
}
