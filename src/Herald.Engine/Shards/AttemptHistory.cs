using Herald.Engine.Basics;
using Herald.Engine.Channels;
using Herald.Engine.Sending;
using Herald.Engine.Stores;

namespace Herald.Engine.Shards;

/// <summary>
/// What happened to the deliveries of one shard since its last commit, in a compact block that is stored with the next one. A success takes
/// a few bytes.
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
        var kind = plain ? HistoryKind.Delivered : HistoryKind.Attempt;
        Begin(kind, start.Subscription, start.Generation, start.Item.Sequence, ended.Redelivery);
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

    /// <param name="forwardedTo">The topic of a forward; empty for every other skip.</param>
    public void Add(in Skip skip, long nowMs, string forwardedTo = "")
    {
        Begin(HistoryKind.Skip, skip.Lane.Owner.Number, skip.Lane.Owner.Generation, skip.Item.Sequence);
        _writer.Byte((byte)skip.Kind);
        _writer.Number(nowMs);
        _writer.Text(skip.By);
        _writer.Text(forwardedTo);
    }

    public void Add(in HoldChange change, long nowMs)
    {
        Begin(change.IsReleased ? HistoryKind.Release : HistoryKind.Hold, change.Subscription, change.Generation, change.Sequence);
        _writer.Number(nowMs);
        _writer.Text(change.By);
    }

    /// <summary>The history of a redrive. It belongs to the delivery that the dead letter ended.</summary>
    /// <param name="copy">The sequence of the addressed event.</param>
    /// <param name="by">The name of whoever ordered it.</param>
    public static HistoryBlock OfRedrive(DeadLetterId letter, long copy, long atMs, string by)
    {
        var history = new AttemptHistory();
        history.Begin(HistoryKind.Redrive, letter.Subscription, letter.Generation, letter.Sequence);
        history._writer.Number(atMs);
        history._writer.Text(by);
        history._writer.Number(copy);
        return history.Take(atMs)!;
    }

    /// <summary>The history of a dead letter that an operator discards. It belongs to the delivery that the dead letter ended.</summary>
    /// <param name="by">The name of whoever ordered it.</param>
    public static HistoryBlock OfDiscard(DeadLetterId letter, long atMs, string by)
    {
        var history = new AttemptHistory();
        history.Begin(HistoryKind.Skip, letter.Subscription, letter.Generation, letter.Sequence);
        history._writer.Byte((byte)SkipKind.Discard);
        history._writer.Number(atMs);
        history._writer.Text(by);
        history._writer.Text("");
        return history.Take(atMs)!;
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

    private void Begin(HistoryKind kind, int subscription, int generation, long sequence, Redelivery redelivery = Redelivery.None)
    {
        (_first, _last) = (Math.Min(_first, sequence), Math.Max(_last, sequence));
        _writer.Byte(HistoryRecord.FirstByte(kind, redelivery));
        _writer.Number(subscription);
        _writer.Number(generation);
        _writer.Number(sequence);
    }
}
