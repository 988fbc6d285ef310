using Herald.Engine.Basics;
using Herald.Engine.Channels;
using Herald.Engine.Sending;
using Herald.Engine.Stores;

namespace Herald.Engine.Shards;

/// <summary>
/// The attempts and skips of one shard since its last commit, in a compact block that is stored with the next one. A success takes a few
/// bytes.
/// </summary>
internal sealed class AttemptHistory
{
    private readonly RecordWriter _writer = new();
    private long _first = long.MaxValue, _last;

    public int Bytes => _writer.Length;

    public void Add(in AttemptEnded ended)
    {
        var (start, result) = (ended.Start, ended.Result);
        var plain = result.Outcome == AttemptOutcome.Delivered && result.Answer.Length == 0;
        Begin(plain ? (byte)HistoryKind.Delivered : (byte)HistoryKind.Attempt, start.Subscription, start.Item.Sequence);
        _writer.Number(start.Number);
        _writer.Number(ended.StartedAtMs);
        _writer.Number((long)(result.Duration.TotalMilliseconds * 1000));
        _writer.Number(result.StatusCode ?? 0);
        if (plain)
            return;
        _writer.Byte((byte)result.Outcome);
        _writer.Byte((byte)result.Stage);
        _writer.Text(result.Reason);
        _writer.Text(result.Answer);
    }

    public void Add(in Skip skip, long nowMs)
    {
        Begin((byte)HistoryKind.Skip, skip.Lane.Owner.Number, skip.Item.Sequence);
        _writer.Byte((byte)skip.Kind);
        _writer.Number(nowMs);
    }

    public HistoryBlock? Take(long nowMs)
    {
        if (_writer.Length == 0)
            return null;
        var block = new HistoryBlock(_first, _last, nowMs, _writer.Take());
        (_first, _last) = (long.MaxValue, 0);
        return block;
    }

    /// <summary>Joins two blocks into one.</summary>
    public static HistoryBlock? Join(HistoryBlock? first, HistoryBlock? second)
    {
        if (first is null || second is null)
            return first ?? second;
        var both = new byte[first.Block.Length + second.Block.Length];
        first.Block.CopyTo(both);
        second.Block.CopyTo(both.AsMemory(first.Block.Length));
        return new HistoryBlock(Math.Min(first.First, second.First), Math.Max(first.Last, second.Last), second.WrittenAtMs, both);
    }

    /// <summary>The records of one sequence in the block, oldest first. From a damaged block, those before the damage.</summary>
    public static IEnumerable<HistoryRecord> Read(HistoryBlock block, long sequence)
    {
        var found = new List<HistoryRecord>();
        var reader = new RecordReader(block.Block.Span);
        try
        {
            while (!reader.AtEnd)
            {
                var record = HistoryRecord.Read(ref reader);
                if (record.Sequence == sequence)
                    found.Add(record);
            }
        }
        catch (Exception damage) when (damage is InvalidDataException or OverflowException)
        {
            // History is only for display: show what is readable.
        }
        return found;
    }

    private void Begin(byte kind, int subscription, long sequence)
    {
        (_first, _last) = (Math.Min(_first, sequence), Math.Max(_last, sequence));
        _writer.Byte(kind);
        _writer.Number(subscription);
        _writer.Number(sequence);
    }
}

internal enum HistoryKind : byte
{
    Delivered = 1,
    Attempt = 2,
    Skip = 3,
}

/// <summary>One attempt, or one skip, of one delivery.</summary>
internal sealed record HistoryRecord(HistoryKind Kind, int Subscription, long Sequence, int Number, long AtMs, TimeSpan Duration, AttemptResult? Result, SkipKind Skip)
{
    public static HistoryRecord Read(ref RecordReader reader)
    {
        var kind = (HistoryKind)reader.Byte();
        var (subscription, sequence) = ((int)reader.Number(), reader.Number());
        if (kind == HistoryKind.Skip)
        {
            var skip = (SkipKind)reader.Byte();
            return new(kind, subscription, sequence, 0, reader.Number(), TimeSpan.Zero, null, skip);
        }
        var (number, at) = ((int)reader.Number(), reader.Number());
        var duration = TimeSpan.FromMicroseconds(reader.Number());
        int? status = (int)reader.Number() is var code and not 0 ? code : null;
        var result = kind == HistoryKind.Delivered
            ? AttemptResult.Delivered with { StatusCode = status, Duration = duration }
            : new AttemptResult
            {
                Outcome = (AttemptOutcome)reader.Byte(),
                Stage = (AttemptStage)reader.Byte(),
                Reason = reader.Text(),
                Answer = reader.Text(),
                StatusCode = status,
                Duration = duration,
            };
        return new(kind, subscription, sequence, number, at, duration, result, default);
    }
}
