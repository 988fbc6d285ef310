using System.Buffers.Binary;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Appending;
using Herald.Postgres.Connecting;
using Herald.Postgres.DeadLetters;
using Herald.Postgres.Periods;
using Herald.Postgres.Reading;
using Npgsql;

namespace Herald.Postgres.Committing;

/// <summary>A commit with all it may bring, in one transaction: 1. lock owner and shards, look; 2. read what letters keep; 3. write, commit.</summary>
internal sealed class WholeCommit(Database database, CommitSql sql, CommitPipeline pipeline, EventAppender appender, PeriodReader periods, RecordReader records)
{
    public Task<CommitReply> CommitAsync(ShardCommit commit, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            while (true)
            {
                if (await TryCommitAsync(connection, commit, either).ConfigureAwait(false) is { } reply)
                    return reply;
                await periods.RefreshAsync(either).ConfigureAwait(false);
            }
        },
        cancel);

    /// <summary>Null when a new period has begun.</summary>
    private async Task<CommitReply?> TryCommitAsync(NpgsqlConnection connection, ShardCommit commit, CancellationToken cancel)
    {
        var fence = commit.Fence;
        var emitted = commit.Emitted as NewEvent[] ?? [.. commit.Emitted];
        var plan = emitted.Length > 0 ? appender.Plan(emitted) : null;

        // 1.
        await using var look = new NpgsqlBatch(connection);
        look.With(Transactions.Begin)
            .With(sql.LockOwners, Commands.Value<int[]>([fence.Shard.Value]))
            .With(sql.LookAtNumber, Commands.Value(fence.Shard.Value), Commands.Value(fence.Epoch), Commands.Value(commit.Number));
        plan?.AddLook(look);
        var (epoch, highest, reply, isCurrent) = await LookAsync(look, plan, cancel).ConfigureAwait(false);
        if (epoch != fence.Epoch || commit.Number <= highest || !isCurrent)
        {
            await Transactions.RollbackAsync(connection, cancel).ConfigureAwait(false);
            return epoch != fence.Epoch ? throw Owners.Stale(fence, epoch)
                : commit.Number <= highest ? Decode(reply)
                : null;
        }

        // 2.
        if (plan is not null)
            await plan.DecideAsync(connection, records, cancel).ConfigureAwait(false);
        var letters = await ReadLettersAsync(connection, commit.DeadLetters, cancel).ConfigureAwait(false);

        // 3.
        await using var write = new NpgsqlBatch(connection);
        plan?.AddInserts(write);
        List<ShardCommit> one = [commit];
        pipeline.AddProgress(write, one, [plan is null ? null : Encode(plan.Verdicts)]);
        pipeline.AddHistory(write, one);
        if (commit.IsCheckpoint)
            pipeline.AddDeleteBehind(write, commit);
        AddState(write, fence.Shard, commit.State);
        foreach (var (letter, record) in letters)
            LetterRow.AddInsert(write, sql, letter, record);
        write.With(Transactions.Commit);
        await write.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        if (plan is not null)
            appender.Stored(plan, emitted);
        return plan is null ? CommitReply.Empty : new CommitReply(plan.Verdicts);
    }

    private static async Task<(long Epoch, long Highest, byte[]? Reply, bool IsCurrent)> LookAsync(NpgsqlBatch look, AppendPlan? plan, CancellationToken cancel)
    {
        await using var reader = await look.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        var epoch = await reader.ReadAsync(cancel).ConfigureAwait(false) ? reader.GetInt64(1) : 0;
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        await reader.ReadAsync(cancel).ConfigureAwait(false);
        var highest = reader.IsDBNull(0) ? 0 : reader.GetInt64(0);
        var reply = reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1);
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        return (epoch, highest, reply, plan is null || await plan.ReadLookAsync(reader, cancel).ConfigureAwait(false));
    }

    private async Task<List<(NewDeadLetter Letter, ReadOnlyMemory<byte> Record)>> ReadLettersAsync(
        NpgsqlConnection connection, IReadOnlyList<NewDeadLetter> letters, CancellationToken cancel)
    {
        var found = new Dictionary<(ShardId, long), byte[]>();
        await records.ReadAsync(
            connection, periods.Map, [.. letters.Where(l => l.Record.IsEmpty).Select(l => (l.Id.Shard, l.Id.Sequence)).Distinct()],
            (shard, sequence, record) => found[(shard, sequence)] = record, cancel).ConfigureAwait(false);
        return [.. letters.Select(l => (l, l.Record.IsEmpty ? found.GetValueOrDefault((l.Id.Shard, l.Id.Sequence)) : l.Record))];
    }

    private void AddState(NpgsqlBatch batch, ShardId shard, IReadOnlyList<StateWrite> writes)
    {
        // Of several writes of a key the last one counts.
        var last = new Dictionary<(string, string), StateWrite>();
        foreach (var one in writes)
            last[(one.Application, Convert.ToBase64String(one.Key.Span))] = one;
        var (put, remove) = (last.Values.Where(w => w.Value is not null).ToArray(), last.Values.Where(w => w.Value is null).ToArray());
        if (put.Length > 0)
            batch.With(
                sql.PutState, Commands.Value(Array.ConvertAll(put, _ => shard.Value)), Commands.Value(Array.ConvertAll(put, w => w.Application)),
                Commands.Value(Array.ConvertAll(put, w => w.Key)), Commands.Value(Array.ConvertAll(put, w => w.Value!.Value)));
        if (remove.Length > 0)
            batch.With(
                sql.RemoveState, Commands.Value(Array.ConvertAll(remove, _ => shard.Value)), Commands.Value(Array.ConvertAll(remove, w => w.Application)),
                Commands.Value(Array.ConvertAll(remove, w => w.Key)));
    }

    private static byte[] Encode(Appended[] verdicts)
    {
        var bytes = new byte[9 * verdicts.Length];
        for (var i = 0; i < verdicts.Length; i++)
        {
            bytes[9 * i] = (byte)verdicts[i].Verdict;
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((9 * i) + 1), verdicts[i].Sequence);
        }
        return bytes;
    }

    private static CommitReply Decode(byte[]? reply)
    {
        if (reply is null)
            return CommitReply.Empty;
        var verdicts = new Appended[reply.Length / 9];
        for (var i = 0; i < verdicts.Length; i++)
            verdicts[i] = new Appended((Verdict)reply[9 * i], BinaryPrimitives.ReadInt64LittleEndian(reply.AsSpan((9 * i) + 1)));
        return new CommitReply(verdicts);
    }
}
