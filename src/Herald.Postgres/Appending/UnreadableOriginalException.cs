using Herald.Engine.Stores;
using Herald.Postgres.Connecting;
using Npgsql;

namespace Herald.Postgres.Appending;

/// <summary>
/// Among the events that new ones may repeat is one that the database cannot read back. The client closes a connection that has met
/// damage, and the transaction ends with it: it is worth trying again once it is known which events to leave out.
/// </summary>
internal sealed class UnreadableOriginalException(IReadOnlyList<(ShardId Shard, long Sequence)> among, PostgresException damage)
    : StoreUnavailableException(Failures.ToUnavailable(damage).Message, damage)
{
    public IReadOnlyList<(ShardId Shard, long Sequence)> Among => among;
}
