using System.Buffers.Binary;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Transfer;
using Herald.Postgres.Commits;
using Herald.Postgres.Connections;
using Herald.Postgres.DeadLetters;
using Herald.Postgres.Periods;
using Npgsql;
using NpgsqlTypes;

namespace Herald.Postgres.Transfer;

/// <summary>Creates a store from imported data in one transaction, so that the store exists completely or not at all.</summary>
public sealed class PostgresTarget : IStoreTarget
{
    // The last batch makes everything durable, which can take long.
    private const int BatchCommands = 500, BatchSeconds = 300;
    private const long BatchBytes = 4 << 20;

    private readonly Database _database;
    private readonly NpgsqlConnection _connection;
    private readonly PostgresOptions _options;
    private readonly PeriodTables _tables;
    private readonly CommitSql _sql;
    private readonly MovedEvents _events = new();
    private readonly MovedIds _ids;
    private readonly HashSet<long> _made = [];
    private readonly NpgsqlBatch _batch;
    private readonly long _nowMs;
    private StoreShape _shape = null!;
    private MovedPeriods _periods = null!;
    private long[] _progress = [], _history = [];
    private long _period, _batchBytes;
    private bool _isComplete;

    private PostgresTarget(Database database, NpgsqlConnection connection, PostgresOptions options, Dialect dialect, long nowMs)
    {
        (_database, _connection, _options, _nowMs) = (database, connection, options, nowMs);
        _tables = new PeriodTables(database, dialect);
        _sql = new CommitSql(database.Schema);
        _ids = new MovedIds(PeriodTables.Seen(database.LogSchema, 1), nowMs - (long)options.DuplicateWindow.TotalMilliseconds);
        _batch = new NpgsqlBatch(connection) { Timeout = BatchSeconds };
    }

    /// <summary>Opens the target. Its tables must exist (see <see cref="Migrations"/>).</summary>
    /// <exception cref="MoveRefusedException">The schema has a store.</exception>
    /// <exception cref="StoreBusyException">A node uses it, or another import is under way.</exception>
    /// <exception cref="StoreUnavailableException">The database cannot be reached.</exception>
    public static async Task<PostgresTarget> OpenAsync(
        PostgresOptions options, TimeProvider time, Action<string> notices, CancellationToken cancel)
    {
        var database = new Database(options, time);
        NpgsqlConnection? connection = null;
        try
        {
            var dialect = await DatabaseCheck.RunAsync(database, notices, cancel).ConfigureAwait(false);
            var nodes = new LiveNodes(database, time, options.Lease, notices);
            var dead = await nodes.RefuseAsync(cancel).ConfigureAwait(false);
            connection = await database.Source.OpenConnectionAsync(cancel).ConfigureAwait(false);
            await using (var begin = new NpgsqlBatch(connection))
            {
                // An import can read slowly, but a machine that is gone must not keep nodes out forever.
                begin.With(Transactions.Begin).With("select set_config('idle_in_transaction_session_timeout', '10min', true)");
                await begin.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
            }
            await new EmptySchema(database, nodes).TakeAsync(connection, dead, cancel).ConfigureAwait(false);
            return new PostgresTarget(database, connection, options, dialect, time.GetUtcNow().ToUnixTimeMilliseconds());
        }
        catch
        {
            await RollbackAsync(connection, isOpen: true).ConfigureAwait(false);
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask BeginAsync(StoreShape shape, CancellationToken cancel)
    {
        var count = shape.Shards.Count;
        (_shape, _periods) = (shape, new MovedPeriods(shape, _options.PeriodAge));
        (_progress, _history) = (new long[count], new long[count]);
        await _tables.CreateSeenAsync(_connection, 0, cancel).ConfigureAwait(false);
        await _tables.CreateSeenAsync(_connection, 1, cancel).ConfigureAwait(false);
        var schema = _database.Schema;
        var all = Enumerable.Range(0, count).ToArray();
        var secret = new byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(secret, shape.HashSecret);
        _batch.With(
            $"update {schema}.store set shard_count = $1, hash_seed = $2, hash_secret = $3", Commands.Value(count),
            Commands.Value((long)shape.HashSeed), Commands.Value(secret))
            .With($"insert into {schema}.shard_lock (shard) select n from unnest($1::int[]) n", Commands.Value(all))
            .With($"insert into {schema}.shard_owner (shard, node, epoch) select n, 0, 0 from unnest($1::int[]) n", Commands.Value(all));
        // An empty progress record, which only carries what is settled.
        foreach (var shard in all)
            AddProgress(shard, ReadOnlyMemory<byte>.Empty);
        await SendAsync(cancel).ConfigureAwait(false);
    }

    public ValueTask AddCatalogRecordAsync(CatalogRecord record, CancellationToken cancel) => AddAsync(
        $"insert into {_database.Schema}.catalog (kind, id, number, parent, version, heads, "
            + "body) values ($1, $2, $3, $4, $5, $6, $7)", record.Body?.Length
            ?? 0, cancel,
        Commands.Value(record.Kind), Commands.Value(record.Id), Commands.Value(record.Number), Commands.Value(record.Parent), Commands.Value(record.Version),
        Commands.Value(record.Heads.ToArray()),
        new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bytea, Value = record.Body is { } body ? body.ToArray() : DBNull.Value });

    public ValueTask AddProgressAsync(ShardId shard, ReadOnlyMemory<byte> record, CancellationToken cancel)
    {
        AddProgress(shard.Value, record);
        return SendIfFullAsync(record.Length, cancel);
    }

    public async ValueTask AddRememberedAsync(ShardId shard, IndexEntry index, CancellationToken cancel)
    {
        _ids.Add(shard, index);
        if (_ids.IsFull)
            await _ids.StoreAsync(_connection, cancel).ConfigureAwait(false);
    }

    public async ValueTask AddEventAsync(ShardId shard, IndexEntry index, ReadOnlyMemory<byte> record, CancellationToken cancel)
    {
        var period = _periods.Take(shard.Value, index.Sequence, index.AcceptedAtMs);
        if (period != _period || _events.IsFull)
            await StoreEventsAsync(cancel).ConfigureAwait(false);
        if (_made.Add(period))
            await _tables.CreateEventsAsync(_connection, period, cancel).ConfigureAwait(false);
        _period = period;
        _events.Add(shard, index, record);
        await AddRememberedAsync(shard, index, cancel).ConfigureAwait(false);
    }

    public ValueTask AddDeadLetterAsync(DeadLetter letter, CancellationToken cancel)
    {
        LetterRow.AddInsert(
            _batch, _sql, new NewDeadLetter(letter.Id, letter.SubscriptionId, letter.Topic, letter.Reason, default),
            letter.Record.ToArray());
        return SendIfFullAsync(letter.Record.Length, cancel);
    }

    public ValueTask AddStateAsync(ShardId shard, string application, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, CancellationToken cancel) => AddAsync(
        $"insert into {_database.Schema}.state (shard, application, key, value) values ($1, $2, $3, $4)", key.Length + value.Length, cancel,
        Commands.Value(shard.Value), Commands.Value(application), Commands.Value(key.ToArray()), Commands.Value(value.ToArray()));

    public ValueTask AddSourceAsync(SourcePosition position, CancellationToken cancel) => AddAsync(
        $"insert into {_database.Schema}.source_position (name, position) values ($1, $2)", 0, cancel, Commands.Value(position.Source),
        Commands.Value(position.Position));

    public ValueTask AddHistoryAsync(ShardId shard, HistoryBlock block, CancellationToken cancel) => AddAsync(
        $"insert into {_database.Schema}.history (shard, epoch, number, first, last, written_at_ms, "
            + "block) values ($1, 0, $2, $3, $4, $5, $6)",
        block.Block.Length, cancel,
        Commands.Value(shard.Value), Commands.Value(_history[shard.Value]++), Commands.Value(block.First), Commands.Value(block.Last),
        Commands.Value(block.WrittenAtMs), Commands.Value(block.Block.ToArray()));

    public ValueTask AddKeptKeyAsync(ShardId shard, KeptKey key, CancellationToken cancel) => AddAsync(
        $"insert into {_database.Schema}.kept_key (shard, key_hash, from_sequence) values ($1, $2, $3)", 0, cancel,
        Commands.Value(shard.Value), Commands.Value((long)key.KeyHash), Commands.Value(key.From));

    public ValueTask AddKeptEventAsync(ShardId shard, IndexEntry index, ReadOnlyMemory<byte> record, CancellationToken cancel) => AddAsync(
        $"""
        insert into {PeriodTables.Kept(_database.Schema)} (shard, sequence, accepted_at_ms, key_hash, id_hash, route_high, route_low, topic, flags, size, record)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        record.Length, cancel, Commands.Value(shard.Value), Commands.Value(index.Sequence), Commands.Value(index.AcceptedAtMs), Commands.Value((long)index.KeyHash),
        Commands.Value((long)index.IdHash), Commands.Value((long)(index.RouteHash >> 64)), Commands.Value((long)index.RouteHash),
        Commands.Value(index.Topic),
        Commands.Value((int)index.Flags), Commands.Value(index.Size), Commands.Value(record.ToArray()));

    public async ValueTask CompleteAsync(CancellationToken cancel)
    {
        await StoreEventsAsync(cancel).ConfigureAwait(false);
        await _ids.StoreAsync(_connection, cancel).ConfigureAwait(false);
        foreach (var period in _periods.All(_nowMs))
        {
            if (_made.Add(period.Number))
                await _tables.CreateEventsAsync(_connection, period.Number, cancel).ConfigureAwait(false);
            _batch.With(
                $"insert into {_database.Schema}.period (number, started_at_ms, heads) values ($1, $2, $3)",
                Commands.Value(period.Number), Commands.Value(period.StartedAtMs), Commands.Value(period.Heads));
        }
        _batch.With(
            $"insert into {_database.Schema}.seen_period (number, started_at_ms) values (1, $1)", Commands.Value(_ids.OldestMs ?? _nowMs))
            .With(Transactions.Commit);
        await SendAsync(cancel).ConfigureAwait(false);
        _isComplete = true;
    }

    public async ValueTask DisposeAsync()
    {
        await _batch.DisposeAsync().ConfigureAwait(false);
        await RollbackAsync(_connection, !_isComplete).ConfigureAwait(false);
        await _database.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task RollbackAsync(NpgsqlConnection? connection, bool isOpen)
    {
        if (connection is null)
            return;
        try
        {
            if (isOpen)
                await Transactions.RollbackAsync(connection, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (Failures.IsUnavailable(failure))
        {
            // The database rolls back the transaction of a lost connection.
        }
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private void AddProgress(int shard, ReadOnlyMemory<byte> record) => _batch.With(
        $"insert into {_database.Schema}.progress (shard, epoch, number, is_checkpoint, settled_below, free_below, "
            + "record) values ($1, 0, $2, $3, $4, $4, $5)",
        Commands.Value(shard), Commands.Value(_progress[shard]), Commands.Value(_progress[shard]++ == 0),
        Commands.Value(_shape.Shards[shard].SettledBelow),
        Commands.Value(record.ToArray()));

    private async Task StoreEventsAsync(CancellationToken cancel)
    {
        if (_events.Count > 0)
            await _events.StoreAsync(_connection, PeriodTables.Events(_database.LogSchema, _period), cancel).ConfigureAwait(false);
    }

    private ValueTask AddAsync(string sql, int bytes, CancellationToken cancel, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        _batch.With(sql, parameters);
        return SendIfFullAsync(bytes, cancel);
    }

    private ValueTask SendIfFullAsync(int bytes, CancellationToken cancel)
    {
        _batchBytes += bytes;
        return _batch.BatchCommands.Count >= BatchCommands || _batchBytes >= BatchBytes
            ? new ValueTask(SendAsync(cancel))
            : ValueTask.CompletedTask;
    }

    private async Task SendAsync(CancellationToken cancel)
    {
        await _batch.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        _batch.BatchCommands.Clear();
        _batchBytes = 0;
    }
}
