using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Npgsql;

namespace Herald.Postgres.Appends;

/// <summary>The database cannot read one of the stored events that new events may repeat.</summary>
/// <remarks>
/// The client closes a connection that has met damage, which ends the transaction. The append can be tried again once it is known which
/// events to leave out.
/// </remarks>
internal sealed class UnreadableOriginalException(IReadOnlyList<(ShardId Shard, long Sequence)> among, PostgresException damage)
    : StoreUnavailableException(Failures.ToUnavailable(damage).Message, damage)
{
    public IReadOnlyList<(ShardId Shard, long Sequence)> Among => among;
}
