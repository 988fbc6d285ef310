using System.Globalization;
using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Databases;

/// <summary>The limit of a store in PostgreSQL: pgbench writes the same rows with the same keys, and does nothing else.</summary>
internal sealed class PgBenchContender(BenchDatabase database, int batch) : IContender
{
    // For batches, as many clients as a node uses to write. For single events, as many as there are publishing connections.
    private const int BatchClients = 2, SingleClients = 64;
    private const int RecordBytes = 330;

    public string Name => "pgbench";
    public IReadOnlyList<CpuSource> Processes { get; } = [database.Cpu, CpuSource.OfEndedChildren("pgbench")];

    public async Task CreateTablesAsync()
    {
        await database.ExecuteAsync(
            """
            create schema rows;
            create sequence rows.next;
            create table rows.event (
                shard int not null, sequence bigint not null, accepted_at_ms bigint not null, key_hash bigint not null, id_hash bigint not null, route_high bigint not null,
                route_low bigint not null, topic int not null, flags int not null, size int not null, record bytea not null, primary key (shard, sequence));
            create table rows.seen (hash bigint not null, shard int not null, sequence bigint not null, primary key (hash, shard, sequence));
            """);
    }

    public Task WarmUpAsync(TimeSpan length, CancellationToken cancel) => MeasureAsync(length, cancel);

    public Task PrepareAsync(TimeSpan length, CancellationToken cancel) => Task.CompletedTask;

    public async Task<double> MeasureAsync(TimeSpan length, CancellationToken cancel) =>
        batch * await database.RunPgBenchAsync(Script(), batch == 1 ? SingleClients : BatchClients, length);

    /// <summary>
    /// Sequences come from one counter for all shards. That is less work than Herald's, which counts each shard without gaps.
    /// </summary>
    private string Script() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        \set hash random(1, 9000000000000000000)
        with given as materialized (select nextval('rows.next') as sequence, n from generate_series(1, {batch}) n),
        stored as (insert into rows.event select n % 64, sequence, 1700000000000, :hash::bigint + n, :hash::bigint + n, 1, 2, 1, 3, {RecordBytes}, decode(repeat('78', {RecordBytes}), 'hex') from given)
        insert into rows.seen select :hash::bigint + n * 7919, n % 64, sequence from given;

        """);
}
