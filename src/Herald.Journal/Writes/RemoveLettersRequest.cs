using System.Diagnostics;
using Herald.Engine.Stores;
using Herald.Journal.DeadLetters;
using Herald.Journal.Frames;

namespace Herald.Journal.Writes;

/// <summary>Discards or redrives dead letters. A redrive appends the dead letter's event in the same frame.</summary>
internal sealed class RemoveLettersRequest(
    IReadOnlyList<DeadLetterId> discards, IReadOnlyList<Redrive> redrives, int maxBytes) : Request<int>
{
    private int _removed;

    public override int MaxBytes => maxBytes;
    public override RoomFor RoomFor => RoomFor.Deliveries;
    public override bool EndsGroup => true;

    public static long BytesOf(IReadOnlyList<DeadLetterId> discards, IReadOnlyList<Redrive> redrives) =>
        (32L * discards.Count) + redrives.Sum(r => 32L + EventEntry.Bytes(r.Event.Record.Length));

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
        foreach (var id in discards)
            if (contents.DeadLetters.Contains(id) && seen.Add(id))
                Remove(contents, id);
        foreach (var redrive in redrives)
        {
            if (!contents.DeadLetters.Contains(redrive.Id) || !seen.Add(redrive.Id))
                continue;
            // A redrive is never a duplicate, and room for it is reserved: a dead letter must not be removed without its event.
            if (writer.Appender.Append(redrive.Event, hasRoom: true).Verdict is not Verdict.Accepted and var verdict)
                throw new UnreachableException($"The store answered {verdict} to a redrive.");
            Remove(contents, redrive.Id);
        }
    }

    protected override int Result(Writer writer) => _removed;

    private void Remove(JournalContents contents, in DeadLetterId id)
    {
        DeadLetterTable.WriteGone(contents.Frame, id);
        _removed++;
    }
}
