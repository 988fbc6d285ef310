using Herald.Engine.Transfer;
using Herald.Postgres.Connections;
using Herald.Postgres.Leases;
using Npgsql;

namespace Herald.Postgres.Transfer;

/// <summary>
/// Finds out whether nodes use the store. A node that was killed is still registered, so this watches the beats of all nodes for a lease.
/// </summary>
internal sealed class LiveNodes(Database database, TimeProvider time, TimeSpan lease, Action<string> notices)
{
    /// <summary>Returns the ids of nodes that are registered and dead.</summary>
    /// <exception cref="StoreBusyException">A node is alive.</exception>
    public async Task<IReadOnlyList<long>> RefuseAsync(CancellationToken cancel)
    {
        var watch = new BeatWatch(time, lease);
        for (IReadOnlyDictionary<long, (string Name, long Beat)>? before = null; ;)
        {
            var nodes = await database.RunAsync(ReadAsync, cancel).ConfigureAwait(false);
            foreach (var (id, (name, beat)) in nodes)
                if (before is not null && (!before.TryGetValue(id, out var seen) || seen.Beat != beat))
                    throw Busy(name);
            if (watch.Look([.. nodes.Select(node => new NodeBeat(node.Key, node.Value.Beat))]).Count == nodes.Count)
                return [.. nodes.Keys];
            if (before is null)
                notices(
                    $"{nodes.Count} nodes are registered. Herald checks for {watch.Silence.TotalSeconds:0.#} s whether they are running.");
            before = nodes;
            await Task.Delay(lease / 5, time, cancel).ConfigureAwait(false);
        }
    }

    public StoreBusyException Busy(string name) =>
        new(
            $"Node '{name}' uses the store in schema '{database.Schema}'. Stop all nodes first. Otherwise the events "
                + "that they accept now would not be moved.");

    private async Task<IReadOnlyDictionary<long, (string Name, long Beat)>> ReadAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        var nodes = new Dictionary<long, (string, long)>();
        await using var command = connection.Command($"select n.id, n.name, n.beat from {database.Schema}.node n");
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
            nodes[reader.GetInt64(0)] = (reader.GetString(1), reader.GetInt64(2));
        return nodes;
    }
}
