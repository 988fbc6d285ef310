using Herald.Engine.Events;

namespace Herald.Engine.Stores;

/// <summary>Entries of one shard, in the order of its log.</summary>
/// <param name="Entries">Valid until the next piece is asked for. There is at least one.</param>
/// <param name="IsNew">Accepted since the follower started. Otherwise the entries were there before; no piece contains both.</param>
public readonly record struct LogPiece(ShardId Shard, ReadOnlyMemory<IndexEntry> Entries, bool IsNew);
