using System.Diagnostics;
using Herald.Engine.Stores;
using Herald.Journal.DeadLetters;
using Herald.Journal.Frames;
using Herald.Journal.History;

namespace Herald.Journal.Writes;

/// <summary>
/// Discards or redrives dead letters. The same frame contains the history, and the event that a redrive appends.
/// </summary>
internal sealed class RemoveLettersRequest(IReadOnlyList<Discard> discards, IReadOnlyList<Redrive> redrives, int maxBytes) : Request<int>
{
    private int _removed;

    public override int MaxBytes => maxBytes;
    public override RoomFor RoomFor => RoomFor.Deliveries;
    public override bool EndsGroup => true;

    // The history of a redrive exists only once the event has a sequence. It is longest with the highest one.
    public static long BytesOf(IReadOnlyList<Discard> discards, IReadOnlyList<Redrive> redrives) =>
        discards.Sum(d => 32L + HistoryTable.MaxBytes(d.History))
        + redrives.Sum(r => 32L + EventEntry.Bytes(r.Event.Record.Length) + HistoryTable.MaxBytes(r.History?.Invoke(long.MaxValue)));

    public override void Encode(Writer writer, bool hasRoom)
    {
        var contents = writer.Contents;
        NewEvents events = new([.. redrives.Select(r => r.Event)]);
        if (!hasRoom || !writer.Appender.TryReserve(events.Span))
        {
            Refuse(new StoreUnavailableException(
                "The disk is full. No dead letter was changed. Free disk space, or raise journal.maxBytes, and try again."));
            return;
        }
        var seen = new HashSet<DeadLetterId>();
        foreach (var discard in discards)
            if (contents.DeadLetters.Contains(discard.Id) && seen.Add(discard.Id))
                Remove(contents, discard.Id, discard.History);
        foreach (var redrive in redrives)
        {
            if (!contents.DeadLetters.Contains(redrive.Id) || !seen.Add(redrive.Id))
                continue;
            // A redrive is never a duplicate, and room for it is reserved: a dead letter must not be removed without its event.
            var appended = writer.Appender.Append(redrive.Event, hasRoom: true, spare: 0);
            if (appended.Verdict != Verdict.Accepted)
                throw new UnreachableException($"The store answered {appended.Verdict} to a redrive.");
            Remove(contents, redrive.Id, redrive.History?.Invoke(appended.Sequence));
        }
    }

    protected override int Result(Writer writer) => _removed;

    private void Remove(JournalContents contents, in DeadLetterId id, HistoryBlock? history)
    {
        DeadLetterTable.WriteGone(contents.Frame, id);
        if (history is not null)
            HistoryTable.Write(contents.Frame, id.Shard.Value, history);
        _removed++;
    }
}
