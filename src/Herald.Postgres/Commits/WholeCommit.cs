using System.Buffers.Binary;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Appends;
using Herald.Postgres.Connections;
using Herald.Postgres.DeadLetters;
using Herald.Postgres.Locks;
using Herald.Postgres.Periods;
using Herald.Postgres.Reads;
using Npgsql;

namespace Herald.Postgres.Commits;

/// <summary>
/// Saves a commit with everything in it, in one transaction:
/// 1. Read the events of the dead letters, before anything is locked.
/// 2. If the commit emits no events, send everything in one round trip.
/// 3. Otherwise lock owner and shards, and read heads.
/// 4. Write and commit.
/// A process that dies between 3 and 4 keeps the owner's row locked for a while.
/// </summary>
internal sealed class WholeCommit(
    Database database, CommitSql sql, CommitPipeline pipeline, EventAppender appender, PeriodReader periods, RecordReader records)
{
    public async Task<CommitReply> CommitAsync(ShardCommit commit, CancellationToken cancel)
    {
        try
        {
            return await CommitAsync(commit, read: null, cancel).ConfigureAwait(false);
        }
        catch (StoreUnavailableException failure) when (WithoutRecord(commit.DeadLetters).Length > 0 && Failures.IsDamage(failure))
        {
            // Save a dead letter whose event cannot be read without the event, as if the event were gone. The shard must be able to go on.
            var found = new Dictionary<(ShardId, long), byte[]>();
            await records.ReadReadableAsync(
                () => periods.Map, WithoutRecord(commit.DeadLetters), (shard, sequence, record) => found[(shard, sequence)] = record, cancel)
                .ConfigureAwait(false);
            return await CommitAsync(commit, found, cancel).ConfigureAwait(false);
        }
    }

    /// <param name="read">The events of the dead letters; null if they are still to be read.</param>
    private Task<CommitReply> CommitAsync(
        ShardCommit commit, Dictionary<(ShardId, long), byte[]>? read, CancellationToken cancel) => database.RunAsync(
        async (connection, either) =>
        {
            // 1.
            var found = read ?? await ReadAsync(connection, commit.DeadLetters, either).ConfigureAwait(false);
            var letters = WithRecords(commit.DeadLetters, found);
            for (var isPlain = false; ;)
            {
                try
                {
                    // 2.
                    if (commit.Emitted.Count == 0 && await TryAtOnceAsync(connection, commit, letters, either).ConfigureAwait(false))
                        return CommitReply.Empty;
                    if (await TryCommitAsync(connection, commit, letters, either).ConfigureAwait(false) is { } reply)
                        return reply;
                    await periods.RefreshAsync(either).ConfigureAwait(false);
                }
                catch (PostgresException failure) when (Failures.IsValueRefused(failure) && letters.Count > 0 && !isPlain)
                {
                    // The dead letters' reasons are the only text in a commit that comes from outside.
                    await database.BeginAnewAsync(connection).ConfigureAwait(false);
                    letters = letters.ConvertAll(one => (LetterRow.Plain(one.Letter), one.Record));
                    isPlain = true;
                }
            }
        },
        cancel);

    /// <summary>
    /// Returns false when this owner is not allowed to commit, or the commit is already saved. Nothing was changed in that case.
    /// </summary>
    private async Task<bool> TryAtOnceAsync(
        NpgsqlConnection connection, ShardCommit commit, List<(NewDeadLetter Letter, ReadOnlyMemory<byte> Record)> letters,
        CancellationToken cancel)
    {
        var fence = commit.Fence;
        // A batch without an explicit transaction is one transaction.
        await using var batch = new NpgsqlBatch(connection);
        batch.WithBounds()
            .With(sql.LockOwners, Commands.Value<int[]>([fence.Shard.Value]))
            .With(sql.Guard, Commands.Value(fence.Shard.Value), Commands.Value(fence.Epoch), Commands.Value(commit.Number));
        AddWrites(batch, commit, letters, reply: null);
        try
        {
            await database.Locks.RunAsync(
                LockTable.Owner, [fence.Shard.Value], () => batch.ExecuteNonQueryAsync(cancel)).ConfigureAwait(false);
            return true;
        }
        catch (PostgresException failure) when (Failures.IsGuarded(failure))
        {
            await database.BeginAnewAsync(connection).ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>Returns null when a new period has begun.</summary>
    private async Task<CommitReply?> TryCommitAsync(
        NpgsqlConnection connection, ShardCommit commit, List<(NewDeadLetter Letter, ReadOnlyMemory<byte> Record)> letters,
        CancellationToken cancel)
    {
        var fence = commit.Fence;
        var emitted = commit.Emitted as NewEvent[] ?? [.. commit.Emitted];
        var plan = emitted.Length > 0 ? appender.Plan(emitted) : null;

        // 3.
        await using var look = new NpgsqlBatch(connection);
        look.With(Transactions.Begin).WithWideBounds()
            .With(sql.LockOwners, Commands.Value<int[]>([fence.Shard.Value]))
            .With(sql.LookAtNumber, Commands.Value(fence.Shard.Value), Commands.Value(fence.Epoch), Commands.Value(commit.Number));
        plan?.AddLook(look);
        var (epoch, highest, reply, isCurrent) = await database.Locks.RunAsync(
            LockTable.Owner, [fence.Shard.Value],
            () => database.Locks.RunAsync(LockTable.Log, plan?.Shards ?? [], () => LookAsync(look, plan, cancel))).ConfigureAwait(false);
        if (epoch != fence.Epoch || commit.Number <= highest || !isCurrent)
        {
            await Transactions.RollbackAsync(connection, cancel).ConfigureAwait(false);
            return epoch != fence.Epoch ? throw Owners.Stale(fence, epoch)
                : commit.Number <= highest ? Decode(reply)
                : null;
        }
        // No original can be unreadable here: an emitted event has no publisher's id and is not compared with remembered ids, so no
        // original is read.
        if (plan is not null)
            await plan.DecideAsync(connection, records, unreadable: null, cancel).ConfigureAwait(false);

        // 4.
        await using var write = new NpgsqlBatch(connection);
        plan?.AddInserts(write);
        AddWrites(write, commit, letters, plan is null ? null : Encode(plan.Verdicts));
        write.With(Transactions.Commit);
        await write.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        if (plan is not null)
            appender.Stored(plan, emitted);
        return plan is null ? CommitReply.Empty : new CommitReply(plan.Verdicts);
    }

    private void AddWrites(
        NpgsqlBatch batch, ShardCommit commit, List<(NewDeadLetter Letter, ReadOnlyMemory<byte> Record)> letters, byte[]? reply)
    {
        List<ShardCommit> one = [commit];
        AddKept(batch, commit);
        pipeline.AddProgress(batch, one, [reply]);
        pipeline.AddHistory(batch, one);
        pipeline.AddDeleteBehind(batch, one);
        AddState(batch, commit.Fence.Shard, commit.State);
        foreach (var (letter, record) in letters)
            LetterRow.AddInsert(batch, sql, letter, record);
    }

    private static async Task<(long Epoch, long Highest, byte[]? Reply, bool IsCurrent)> LookAsync(
        NpgsqlBatch look, AppendPlan? plan, CancellationToken cancel)
    {
        await using var reader = await look.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        var epoch = await reader.ReadAsync(cancel).ConfigureAwait(false) ? reader.GetInt64(1) : 0;
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        await reader.ReadAsync(cancel).ConfigureAwait(false);
        var highest = reader.IsDBNull(0) ? 0 : reader.GetInt64(0);
        var reply = reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1);
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        return (epoch, highest, reply, plan is null || await plan.ReadLookAsync(reader, cancel).ConfigureAwait(false));
    }

    private async Task<Dictionary<(ShardId, long), byte[]>> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<NewDeadLetter> letters, CancellationToken cancel)
    {
        var found = new Dictionary<(ShardId, long), byte[]>();
        await records.ReadAsync(
            connection, periods.Map, WithoutRecord(letters), (shard, sequence, record) => found[(shard, sequence)] = record, cancel)
            .ConfigureAwait(false);
        return found;
    }

    private static (ShardId, long)[] WithoutRecord(IReadOnlyList<NewDeadLetter> letters) =>
        [.. letters.Where(l => l.Record.IsEmpty && !l.HasNoRecord).Select(l => (l.Id.Shard, l.Id.Sequence)).Distinct()];

    private static List<(NewDeadLetter Letter, ReadOnlyMemory<byte> Record)> WithRecords(
        IReadOnlyList<NewDeadLetter> letters, Dictionary<(ShardId, long), byte[]> found) =>
        [.. letters.Select(l => (l, l.Record.IsEmpty ? found.GetValueOrDefault((l.Id.Shard, l.Id.Sequence)) : l.Record))];

    private void AddState(NpgsqlBatch batch, ShardId shard, IReadOnlyList<StateWrite> writes)
    {
        // Of several writes of one key only the last counts.
        var last = new Dictionary<(string, string), StateWrite>();
        foreach (var one in writes)
            last[(one.Application, Convert.ToBase64String(one.Key.Span))] = one;
        var (put, remove) = (last.Values.Where(w => w.Value is not null).ToArray(), last.Values.Where(w => w.Value is null).ToArray());
        if (put.Length > 0)
            batch.With(
                sql.PutState, Commands.Value(Array.ConvertAll(put, _ => shard.Value)),
                Commands.Value(Array.ConvertAll(put, w => w.Application)),
                Commands.Value(Array.ConvertAll(put, w => w.Key)), Commands.Value(Array.ConvertAll(put, w => w.Value!.Value)));
        if (remove.Length > 0)
            batch.With(
                sql.RemoveState, Commands.Value(Array.ConvertAll(remove, _ => shard.Value)),
                Commands.Value(Array.ConvertAll(remove, w => w.Application)),
                Commands.Value(Array.ConvertAll(remove, w => w.Key)));
    }

    private void AddKept(NpgsqlBatch batch, ShardCommit commit)
    {
        var shard = commit.Fence.Shard.Value;
        if (commit.IsAllKept)
            batch.With(sql.ForgetKept, Commands.Value(shard));
        var (put, remove) = (commit.Kept.Where(k => k.From > 0).ToArray(), commit.Kept.Where(k => k.From == 0).ToArray());
        if (remove.Length > 0)
            batch.With(sql.RemoveKept, Commands.Value(shard), Commands.Value(Array.ConvertAll(remove, k => (long)k.KeyHash)));
        if (put.Length > 0)
            batch.With(
                sql.PutKept, Commands.Value(shard), Commands.Value(Array.ConvertAll(put, k => (long)k.KeyHash)),
                Commands.Value(Array.ConvertAll(put, k => k.From)));
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
