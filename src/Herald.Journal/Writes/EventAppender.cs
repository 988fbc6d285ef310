using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Frames;
using Herald.Journal.Shards;

namespace Herald.Journal.Writes;

/// <summary>Decides the verdict on an event. Gives a new event its sequence and its place in the frame.</summary>
internal sealed class EventAppender(JournalContents contents)
{
    /// <summary>The time of the group, read once for all its events.</summary>
    public long NowMs { get; set; }

    /// <summary>Reserves index room for all events of a commit, so that none of them is refused alone.</summary>
    public bool TryReserve(ReadOnlySpan<NewEvent> events)
    {
        foreach (ref readonly var one in events)
        {
            // Reserves as if all events belonged to this event's shard, which is slightly too much at most.
            var shard = contents.Shards[one.Shard.Value];
            if (!shard.Files.TryReserve(shard.Assigned + events.Length))
                return false;
        }
        return true;
    }

    /// <remarks>
    /// A redrive carries the id of its original event on purpose. So it is not compared with the window, and not remembered in it.
    /// </remarks>
    /// <param name="hasRoom">Whether the frame has room.</param>
    /// <param name="spare">How many entries must stay free in the index, for events of commits.</param>
    public Appended Append(in NewEvent candidate, bool hasRoom, int spare)
    {
        var isRemembered = (candidate.Index.Flags & (EventFlags.Identified | EventFlags.Addressed)) == EventFlags.Identified;
        if (isRemembered && contents.Duplicates.Find(candidate, NowMs) is { } known)
            return known;
        var shard = contents.Shards[candidate.Shard.Value];
        var sequence = shard.Assigned + 1;
        if (!hasRoom || !shard.Files.TryReserve(sequence + spare))
            return new Appended(Verdict.NoRoom, 0);

        var segments = contents.Segments;
        var index = candidate.Index with
        {
            Sequence = sequence,
            Size = candidate.Record.Length,
            // Never falls within a shard, so that the log can be searched by time. This hides a clock that was set back.
            AcceptedAtMs = Math.Max(candidate.Index.AcceptedAtMs, shard.LastAcceptedAtMs),
        };
        var at = EventEntry.Write(contents.Frame, candidate.Shard.Value, index, candidate.Record.Span);
        var location = new Location(segments.Current!.Number, (uint)(segments.Offset + at));
        shard.Append(new StoredEntry(index, location));
        segments.Current.Note(candidate.Shard.Value, sequence, index.AcceptedAtMs);
        if (isRemembered)
            contents.Window.Add(candidate.Shard.Value, index.DuplicateHash, sequence, index.AcceptedAtMs);
        return new Appended(Verdict.Accepted, sequence);
    }
}
