using System.Globalization;
using Herald.Engine.Stores;
using Herald.Journal.DeadLetters;
using Herald.Journal.Segments;
using Herald.Journal.Writing;

namespace Herald.Journal.Retention;

/// <summary>
/// Gives up the oldest segments. One goes when all its events are settled and are old, or too many, or room is wanted; when a checkpoint
/// stands behind it; and once what still lives in it has been copied to the end of the log. Runs on the writer's thread.
/// </summary>
internal sealed class SegmentRetention(Writer writer)
{
    private const int FrameBytes = 1 << 20, SegmentsAtOnce = 4, LettersAtOnce = 1000;
    private const long NoticeEveryMs = 60_000;

    private long _noticedMs, _damageNoticedMs;

    private JournalContents Contents => writer.Contents;

    /// <summary>Backups under way: while one copies segments, none may go.</summary>
    public int Holds { get; set; }

    /// <summary>Returns the number of segments freed.</summary>
    public int RunOnce(long nowMs, bool isPressing)
    {
        var freed = 0;
        try
        {
            while (freed < SegmentsAtOnce && Holds == 0 && Contents.Segments.All is [var oldest, _, ..] && MayGo(oldest, nowMs, isPressing))
            {
                if (!TryCopyForward(oldest.Number) || !TryGiveUp(oldest))
                    break;
                freed++;
            }
        }
        catch (JournalDamagedException damage)
        {
            // What cannot be copied is not given up either: only an operator can say what it is worth.
            Contents.Frame.Clear();
            if (nowMs - _damageNoticedMs >= NoticeEveryMs)
                Contents.Notice($"Segments cannot be freed. {damage.Message}");
            _damageNoticedMs = nowMs;
        }
        return freed;
    }

    /// <summary>Drops dead letters that are too old or too many.</summary>
    public void EvictLetters(long nowMs)
    {
        while (Contents.DeadLetters.FindExcess(nowMs, LettersAtOnce) is { Count: > 0 } excess && writer.TryMakeRoom(32 * excess.Count, mayUseReserve: true))
        {
            foreach (var letter in excess)
                DeadLetterTable.WriteGone(Contents.Frame, letter.Id);
            writer.WriteFrame();
            Contents.DeadLetters.CountEvicted(excess.Count);
            if (nowMs - _noticedMs < NoticeEveryMs)
                continue;
            _noticedMs = nowMs;
            Contents.Notice(string.Create(
                CultureInfo.InvariantCulture, $"Dead letters past their bound of age, bytes or number are dropped, oldest first: {Contents.DeadLetters.Evicted} since the start."));
        }
    }

    private bool MayGo(Segment segment, long nowMs, bool isPressing)
    {
        if (segment.Number >= writer.Checkpoints.KeepsFrom)
            return false;
        for (var i = 0; i < segment.Last.Length; i++)
            if (segment.Last[i] >= Contents.Shards[i].First && segment.Last[i] >= Contents.Owners[i].SettledBelow)
                return false;
        return isPressing
            || segment.NewestMs <= nowMs - (long)Contents.Options.RetainFor.TotalMilliseconds
            || (Contents.Options.RetainBytes is { } bytes && Contents.Segments.All.Sum(s => s.Size) > bytes);
    }

    private bool TryCopyForward(uint segment)
    {
        foreach (var letter in Contents.DeadLetters.In(segment))
        {
            if (letter.TryRead(Contents.Segments) is not { } read)
                continue;
            if (!HasRoomFor(128 + letter.EntryBytes + read.Record.Length))
                return false;
            StoredLetter.Write(Contents.Frame, read.Id, letter.Number, read.SubscriptionId, read.Topic, read.Reason, read.Record.Span, default, 0);
        }
        foreach (var place in Contents.State.In(segment))
        {
            var entry = new byte[place.Bytes];
            if (!HasRoomFor(entry.Length + 8) || !Contents.Segments.TryRead(place.Location, entry))
                return false;
            Contents.Frame.AddEntry(entry);
        }
        foreach (var block in Contents.History.In(segment))
            if (!HasRoomFor(block.Bytes + 8) || !Contents.History.CopyForward(Contents.Frame, block))
                return false;
        if (!Contents.Frame.IsEmpty)
            writer.WriteFrame();
        return true;
    }

    private bool TryGiveUp(Segment segment)
    {
        var firsts = segment.Last.Select(last => last + 1).ToArray();
        if (!writer.TryMakeRoom(32 + (8 * firsts.Length), mayUseReserve: true))
            return false;
        Contents.WriteFloor(segment.Number + 1, firsts);
        writer.WriteFrame();
        Contents.Segments.RemoveOldest();
        for (var i = 0; i < Contents.Shards.Length; i++)
            Contents.Shards[i].Files.RemoveBelow(Math.Min(Contents.Shards[i].First, Contents.Window.Floor(i)));
        return true;
    }

    /// <summary>Room for one more entry in the frame; writes the frame when it is full.</summary>
    private bool HasRoomFor(long bytes)
    {
        var frame = Contents.Frame;
        if (!frame.IsEmpty && (frame.Length + bytes > FrameBytes || frame.Length + bytes > Contents.Segments.Remaining))
            writer.WriteFrame();
        var hasRoom = !frame.IsEmpty || writer.TryMakeRoom(bytes, mayUseReserve: true);
        if (!hasRoom)
            frame.Clear();
        return hasRoom;
    }
}
