using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Commits;
using Herald.Postgres.Connections;
using Npgsql;

namespace Herald.Postgres.DeadLetters;

/// <summary>The row of a dead letter in its table.</summary>
internal static class LetterRow
{
    public const string Columns = $"{WhatIsKnown}, d.record";

    /// <summary>The columns without the event, for dead letters whose event cannot be read.</summary>
    public const string WithoutRecords = $"{WhatIsKnown}, ''::bytea";

    /// <summary>The ids from <see cref="Ids"/>, which are the first four parameters.</summary>
    public const string Wanted = "unnest($1::int[], $2::int[], $3::int[], $4::bigint[]) as w(shard, subscription, generation, sequence)";

    public const string IsWanted =
        "d.shard = w.shard and d.subscription = w.subscription and d.generation = w.generation and d.sequence = w.sequence";

    private const string WhatIsKnown =
        "d.shard, d.subscription, d.generation, d.sequence, d.subscription_id, d.topic, d.reason, d.detail, d.attempts, d.status_code, "
        + "d.first_attempt_at_ms, d.died_at_ms";

    public static void AddInsert(NpgsqlBatch batch, CommitSql sql, NewDeadLetter letter, ReadOnlyMemory<byte> record)
    {
        var reason = letter.Reason;
        batch.With(
            sql.InsertLetter, Commands.Value(letter.Id.Shard.Value), Commands.Value(letter.Id.Subscription),
            Commands.Value(letter.Id.Generation),
            Commands.Value(letter.Id.Sequence), Commands.Value(letter.SubscriptionId), Commands.Value(letter.Topic),
            Commands.Value(reason.Reason),
            Commands.Value(reason.Detail), Commands.Value(reason.Attempts),
            new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer, Value = (object?)reason.StatusCode ?? DBNull.Value },
            Commands.Value(reason.FirstAttemptAtMs), Commands.Value(reason.DiedAtMs), Commands.Value(record.Length), Commands.Value(record));
    }

    public static NewDeadLetter Plain(NewDeadLetter letter) => letter with
    {
        Reason = letter.Reason with { Reason = StoredText.Plain(letter.Reason.Reason), Detail = StoredText.Plain(letter.Reason.Detail) },
    };

    public static NpgsqlParameter[] Ids(IReadOnlyList<DeadLetterId> ids) =>
    [
        Commands.Value(ids.Select(i => i.Shard.Value).ToArray()), Commands.Value(ids.Select(i => i.Subscription).ToArray()),
        Commands.Value(ids.Select(i => i.Generation).ToArray()), Commands.Value(ids.Select(i => i.Sequence).ToArray()),
    ];

    /// <summary>Reads a row with <see cref="Columns"/>.</summary>
    public static DeadLetter Read(NpgsqlDataReader reader) => new(
        new DeadLetterId(new ShardId(reader.GetInt32(0)), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt64(3)), reader.GetString(4),
        reader.GetString(5),
        new DeadLetterReason(
            reader.GetString(6), reader.GetString(7), reader.GetInt32(8), reader.IsDBNull(9) ? null : reader.GetInt32(9),
            reader.GetInt64(10), reader.GetInt64(11)),
        reader.GetFieldValue<byte[]>(12));
}
