using System.Buffers.Binary;
using System.Security.Cryptography;
using Herald.Engine.Stores;
using Herald.Postgres.Connections;
using Herald.Postgres.Notifications;
using Herald.Postgres.Periods;
using Npgsql;

namespace Herald.Postgres.Leases;

/// <summary>Access to the tables of nodes and owners.</summary>
/// <param name="session">Null when this node holds no lock and judges none.</param>
internal sealed class Registry(
    Database database, PeriodReader periods, PostgresOptions options, StoreIdentity identity, NodeSession? session)
{
    private readonly OwnerSql _sql = new(database.Schema, database.LogSchema, session is not null);

    /// <summary>Registers this node under a new id that was never used before.</summary>
    public async Task<long> RegisterAsync(long followed, CancellationToken cancel)
    {
        var id = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;
        var registered = await ExecuteAsync(
            _sql.Register, cancel, Commands.Value(id), Commands.Value(options.Node), Commands.Value(options.NodeAddress),
            Commands.Value(identity.ShardCount), Commands.Value((long)identity.HashSeed), Commands.Value(followed),
            Commands.Value(session?.Key ?? 0)).ConfigureAwait(false);
        return registered == 1 ? id
            : throw new PostgresStoreException(
                $"The store in schema '{options.Schema}' is not the store that this node opened: another one was "
                    + "imported in its place. Restart this node.");
    }

    /// <summary>
    /// Writes this node's beat and reads the state of the cluster. A node that is missing from the answer has been declared dead.
    /// </summary>
    public Task<Membership> BeatAsync(long node, long followed, CancellationToken cancel) => database.RunVitalAsync(
        async (connection, either) =>
        {
            while (true)
            {
                try
                {
                    return await BeatAsync(connection, node, followed, periods.Map, either).ConfigureAwait(false);
                }
                catch (PostgresException failure) when (Failures.IsTableGone(failure))
                {
                    await database.BeginAnewAsync(connection).ConfigureAwait(false);
                    await periods.RefreshAsync(either).ConfigureAwait(false);
                }
            }
        },
        cancel);

    /// <summary>Reports before the next beat up to which version this node follows the catalog.</summary>
    public Task FollowAsync(long node, long followed, CancellationToken cancel) =>
        ExecuteAsync(_sql.Follow, cancel, Commands.Value(node), Commands.Value(followed));

    /// <summary>The lowest version that another node follows; null when there is none.</summary>
    public Task<long?> OthersFollowAsync(long node, CancellationToken cancel) => database.RunVitalAsync<long?>(
        async (connection, either) =>
        {
            await using var command = connection.Command(_sql.OthersFollow, Commands.Value(node));
            return await command.ExecuteScalarAsync(either).ConfigureAwait(false) as long?;
        },
        cancel);

    /// <summary>Returns false when the node has beaten since, or another node removed it first.</summary>
    public async Task<bool> RemoveDeadAsync(NodeBeat dead, CancellationToken cancel) =>
        await ExecuteAsync(_sql.RemoveDead, cancel, Commands.Value(dead.Id), Commands.Value(dead.Beat)).ConfigureAwait(false) == 1;

    /// <summary>Returns false when its lock is held again, or another node removed it first.</summary>
    public async Task<bool> RemoveEndedAsync(long node, CancellationToken cancel) =>
        await ExecuteAsync(_sql.RemoveEnded, cancel, Commands.Value(node)).ConfigureAwait(false) == 1;

    /// <summary>Records that this node takes no more shards and gives away those it has.</summary>
    /// <returns>Whether there are other nodes.</returns>
    public Task<bool> LeaveAsync(long node, CancellationToken cancel) => database.RunVitalAsync(
        async (connection, either) =>
        {
            await using var command = connection.Command(_sql.Leave, Commands.Value(node));
            return await command.ExecuteScalarAsync(either).ConfigureAwait(false) is true;
        },
        cancel);

    public Task RemoveAsync(long node, CancellationToken cancel) => ExecuteAsync(_sql.Remove, cancel, Commands.Value(node));

    /// <summary>Takes free shards. The answer leaves out shards that another node took first.</summary>
    public Task<List<(int Shard, long Epoch)>> TakeAsync(long node, IReadOnlyCollection<(int Shard, long Epoch)> free, CancellationToken cancel) => database.RunVitalAsync(
        async (connection, either) =>
        {
            var taken = new List<(int, long)>();
            await using var batch = new NpgsqlBatch(connection);
            batch.WithBriefBounds().With(
                _sql.Take, Commands.Value(node), Commands.Value(free.Select(f => f.Shard).ToArray()),
                Commands.Value(free.Select(f => f.Epoch).ToArray()));
            await using var reader = await batch.ExecuteReaderAsync(either).ConfigureAwait(false);
            await reader.NextResultAsync(either).ConfigureAwait(false);
            while (await reader.ReadAsync(either).ConfigureAwait(false))
                taken.Add((reader.GetInt32(0), reader.GetInt64(1)));
            return taken;
        },
        cancel);

    /// <param name="channel">The channel that notifies other nodes in the same transaction, so that they take the shards a moment later;
    /// null for none.</param>
    public Task ReleaseAsync(IReadOnlyCollection<Lease> leases, string? channel, CancellationToken cancel) => database.RunVitalAsync(
        async (connection, either) =>
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.WithBriefBounds().With(
                _sql.Release, Commands.Value(leases.Select(l => l.Shard.Value).ToArray()),
                Commands.Value(leases.Select(l => l.Epoch).ToArray()));
            if (channel is not null)
                batch.With(Dialect.NotifySql, Commands.Value(channel), Commands.Value(Message.Owners));
            return await batch.ExecuteNonQueryAsync(either).ConfigureAwait(false);
        },
        cancel);

    private async Task<Membership> BeatAsync(NpgsqlConnection connection, long node, long followed, PeriodMap map, CancellationToken cancel)
    {
        var (nodes, owners, heads) = (new List<NodeBeat>(), new ShardOwner[identity.ShardCount], map.Newest.Heads.ToArray());
        var (catalog, newest) = (0L, 0L);
        var sessions = new Dictionary<long, (long Session, bool HasEnded, bool IsLeaving)>();
        await using var command = session is null ? connection.Command(
            _sql.Beat(map.Newest.Number), Commands.Value(node), Commands.Value(followed))
            : connection.Command(
                _sql.Beat(map.Newest.Number), Commands.Value(node), Commands.Value(followed), Commands.Value(session.IsHeld));
        // A lease that is renewed late is worthless, so give up early and try again.
        command.CommandTimeout = Math.Max(1, (int)(options.Lease.TotalSeconds / 2));
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            var (kind, shard) = (reader.GetInt32(0) % 8, reader.GetInt32(0) / 8);
            switch (kind)
            {
                case 0:
                    nodes.Add(new NodeBeat(reader.GetInt64(1), reader.GetInt64(2)));
                    break;
                case 1:
                    owners[shard] = new ShardOwner(reader.GetInt64(1), reader.GetInt64(2));
                    break;
                case 2:
                    (catalog, newest) = (reader.GetInt64(1), reader.GetInt64(2));
                    break;
                case 4:
                    sessions[reader.GetInt64(1)] = (reader.GetInt64(2), (shard & 1) != 0, (shard & 2) != 0);
                    break;
                default:
                    heads[shard] = reader.IsDBNull(2) ? heads[shard] : reader.GetInt64(2);
                    break;
            }
        }
        for (var i = 0; i < nodes.Count; i++)
        {
            var (held, hasEnded, isLeaving) = sessions.GetValueOrDefault(nodes[i].Id);
            nodes[i] = nodes[i] with { Session = held, HasEnded = hasEnded, IsLeaving = isLeaving };
        }
        return new Membership(nodes, owners, catalog, newest, heads);
    }

    private Task<int> ExecuteAsync(string sql, CancellationToken cancel, params NpgsqlParameter[] parameters) => database.RunVitalAsync(
        async (connection, either) =>
        {
            // A parameter object belongs to one command, so a second try needs copies.
            await using var batch = new NpgsqlBatch(connection);
            batch.WithBriefBounds().With(sql, Array.ConvertAll(parameters, p => p.Clone()));
            return await batch.ExecuteNonQueryAsync(either).ConfigureAwait(false);
        },
        cancel);
}
