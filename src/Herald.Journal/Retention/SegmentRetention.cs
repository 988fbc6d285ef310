using System.Globalization;
using Herald.Journal.DeadLetters;
using Herald.Journal.Frames;
using Herald.Journal.Kept;
using Herald.Journal.Segments;
using Herald.Journal.Shards;
using Herald.Journal.Writes;

namespace Herald.Journal.Retention;

/// <summary>
/// Removes the oldest segments. Runs on the writer's thread. A segment is removed when:
/// 1. all its events are settled, apart from those of kept keys;
/// 2. its events are old, or the log is too large, or room is wanted;
/// 3. a checkpoint stands behind it;
/// 4. what is still needed of it was copied to the end of the log: dead letters, state, history, and events whose keys wait.
/// </summary>
internal sealed class SegmentRetention(Writer writer)
{
    private const int FrameBytes = 1 << 20, SegmentsAtOnce = 4, LettersAtOnce = 1000, EntriesAtOnce = 4096;
    private const long NoticeEveryMs = 60_000, WaitMs = 1_000;

    private long _noticedMs, _forgettingNoticedMs, _blockedUntilMs;

    // Why the oldest segment stayed at the last look. Kept for a while, because a new look reads the segment's index again.
    private long _waitsUntilMs;
    private Hindrance _hindrance;

    private JournalContents Contents => writer.Contents;
    private int FloorBytes => 32 + (8 * Contents.Shards.Length);

    /// <summary>The number of backups under way. No segment is removed while a backup copies segments.</summary>
    public int Holds { get; set; }

    /// <returns>Whether there is more room than before.</returns>
    public bool RunOnce(long nowMs)
    {
        if (nowMs < _blockedUntilMs || Holds > 0)
            return false;
        var (freed, isPressing) = (0, writer.Room.IsWanted);
        try
        {
            ReleaseKept();
            if (nowMs >= _waitsUntilMs)
                _hindrance = Hindrance.None;
            while (freed < SegmentsAtOnce && nowMs >= _waitsUntilMs && Contents.Segments.All is [var oldest, _, ..] && MayGo(oldest, nowMs, isPressing))
            {
                var kept = FindKept(oldest);
                var bytes = kept is null ? 0 : LiveBytes(oldest.Number, kept);
                _hindrance = kept is null || !IsWorthCopying(oldest, kept, nowMs, isPressing) ? Hindrance.KeysWait
                    : Fits(bytes) ? Hindrance.None
                    : kept.Count > 0 ? Hindrance.KeysWait
                    : Hindrance.NoRoomToCopy;
                if (kept is null || _hindrance != Hindrance.None)
                {
                    _waitsUntilMs = nowMs + WaitMs;
                    break;
                }
                // Do not copy history that would take much of the room that is wanted: it goes with its segment.
                var withHistory = bytes + Contents.History.In(oldest.Number).Sum(block => block.Bytes + 8L);
                if (isPressing && (withHistory > oldest.Size / 2 || !Fits(withHistory)))
                    Contents.History.Forget(oldest.Number);
                if (!TryCopyForward(oldest.Number, kept) || !TryGiveUp(oldest))
                    break;
                freed++;
            }
        }
        catch (JournalDamagedException damage)
        {
            // The segment stays if its state cannot be copied: only the application or an operator can decide what that state is worth. The
            // store goes on.
            Contents.Frame.Clear();
            Contents.Damages.Met(damage);
            Contents.Damages.Alarm(
                "No more of the log can be freed until the damaged state is written again or removed: "
                    + $"{damage.What} ('{damage.File}', offset {damage.Offset}).");
            _blockedUntilMs = nowMs + NoticeEveryMs;
            return freed > 0;
        }
        var given = FreeIndex();
        if (isPressing && freed == 0 && _hindrance != Hindrance.KeysWait)
            given += ForgetIds(nowMs);
        return freed > 0 || given > 0;
    }

    /// <summary>Frees index entries that were kept only for remembered ids. This can free room even if no segment is removed.</summary>
    private long FreeIndex()
    {
        var bytes = 0L;
        for (var i = 0; i < Contents.Shards.Length; i++)
            bytes += Contents.Shards[i].FreeBelow(Contents.Window.Floor(i));
        return bytes;
    }

    /// <summary>
    /// Forgets the oldest ids before their time. Only does so if all events are settled except those of the newest segment, if removing
    /// every settled segment would not make room for a new one, and if forgetting ids does make room.
    /// </summary>
    private long ForgetIds(long nowMs)
    {
        var settled = Contents.Segments.All.SkipLast(1).TakeWhile(IsSettled).ToArray();
        if (settled.Length < Contents.Segments.All.Count - 1)
            return 0;
        var wanted = Contents.Options.SegmentBytes + Math.Min(Contents.IndexStepBytes, Contents.Options.SegmentBytes)
            + (Contents.Segments.HasReserve ? 0L : Contents.Options.SegmentBytes)
            - (_hindrance == Hindrance.None ? settled.Sum(segment => segment.Size) : 0);
        var firsts = Contents.Shards.Select(index => index.First).ToArray();
        // A step of an index file is freed only as a whole, so allow for one partly used step in each shard.
        var most = (firsts.Select((first, shard) => Math.Max(0, first - Contents.Window.Floor(shard))).Sum() * StoredEntry.Length) - Contents.IndexStepBytes;
        if (wanted <= 0 || most <= 0 || !Contents.Space.Allows(wanted - most))
            return 0;
        var (bytes, forgotten) = (0L, 0L);
        while (bytes < wanted && !Contents.Space.Allows(wanted) && Contents.Shards.All(index => index.Files.GivesBack) && Contents.Window.ForgetOldest(firsts) is var ids and > 0)
        {
            forgotten += ids;
            bytes += FreeIndex();
        }
        if (forgotten > 0 && nowMs - _forgettingNoticedMs >= NoticeEveryMs)
        {
            _forgettingNoticedMs = nowMs;
            Contents.Notice(string.Create(
                CultureInfo.InvariantCulture, $"Herald forgot {forgotten} ids before the end of the duplicate window, because nothing else makes room for new events. Free disk space, or raise journal.maxBytes."));
        }
        return bytes;
    }

    /// <summary>Removes dead letters that exceed a bound of age, bytes or number.</summary>
    public void EvictLetters(long nowMs)
    {
        while (Contents.DeadLetters.FindExcess(nowMs, LettersAtOnce) is { Count: > 0 } excess && writer.TryMakeRoom(32 * excess.Count, RoomFor.Freeing))
        {
            foreach (var letter in excess)
                DeadLetterTable.WriteGone(Contents.Frame, letter.Id);
            writer.WriteFrame();
            Contents.DeadLetters.CountEvicted(excess.Count);
            if (nowMs - _noticedMs < NoticeEveryMs)
                continue;
            _noticedMs = nowMs;
            Contents.Notice(string.Create(
                CultureInfo.InvariantCulture, $"Dead letters exceed their limit of age, bytes or number, and the oldest are removed: {Contents.DeadLetters.Evicted} since the start."));
        }
    }

    private bool MayGo(Segment segment, long nowMs, bool isPressing)
    {
        if (segment.Number >= writer.Checkpoints.KeepsFrom || !IsSettled(segment))
            return false;
        return isPressing
            || segment.NewestMs <= nowMs - (long)Contents.Options.RetainFor.TotalMilliseconds
            || (Contents.Options.RetainBytes is { } bytes && Contents.Segments.All.Sum(s => s.Size) > bytes);
    }

    private bool IsSettled(Segment segment)
    {
        for (var i = 0; i < segment.Last.Length; i++)
        {
            if (segment.Last[i] >= Contents.Shards[i].First && segment.Last[i] >= Contents.Owners[i].SettledBelow)
                return false;
        }
        return true;
    }

    private void ReleaseKept()
    {
        for (var i = 0; i < Contents.Owners.Length; i++)
        {
            if (!Contents.Owners[i].NeedsLess)
                continue;
            (Contents.Owners[i].NeedsLess, _waitsUntilMs) = (false, 0);
            if (Contents.Kept[i].Count > 0)
                Contents.Kept[i].Release(Contents.Owners[i]);
        }
    }

    /// <summary>
    /// Finds the events in the segment whose keys wait. Returns null when they are more than the bound on kept events allows.
    /// </summary>
    private List<(int Shard, StoredEntry Entry)>? FindKept(Segment segment)
    {
        var found = new List<(int, StoredEntry)>();
        var (most, entries) = (Contents.Options.KeptEntries - Contents.Kept.Sum(kept => (long)kept.Count), default(StoredEntry[]));
        for (var shard = 0; shard < Contents.Shards.Length; shard++)
        {
            found.AddRange(Contents.Kept[shard].In(segment.Number).Select(entry => (shard, entry)));
            var (index, owner) = (Contents.Shards[shard], Contents.Owners[shard]);
            for (var from = owner.HasKept ? index.First : long.MaxValue; from <= segment.Last[shard];)
            {
                entries ??= new StoredEntry[EntriesAtOnce];
                var count = index.Read(from, entries.AsSpan(0, (int)Math.Min(entries.Length, segment.Last[shard] - from + 1)));
                if (count == 0)
                    return null;
                for (var i = 0; i < count; i++)
                    if (owner.Needs(entries[i]) && !Contents.Kept[shard].TryGet(entries[i].Sequence, out _))
                    {
                        if (--most < 0)
                            return null;
                        found.Add((shard, entries[i]));
                    }
                from += count;
            }
        }
        return found;
    }

    /// <summary>
    /// Copying pays if it frees at least as many bytes as it writes: in this segment, or, after all kept events have moved on, in the
    /// segments behind it. So kept events take at most twice their bytes beyond what is retained, and no byte is freed at the cost of more
    /// than one written.
    /// </summary>
    private bool IsWorthCopying(Segment oldest, List<(int Shard, StoredEntry Entry)> kept, long nowMs, bool isPressing)
    {
        var bytes = kept.Sum(one => KeptEvents.BytesOf(one.Entry));
        if (bytes <= oldest.Size / 2)
            return true;
        var all = Contents.Kept.Sum(each => each.Bytes) + bytes;
        return Contents.Segments.All.SkipLast(1).TakeWhile(segment => MayGo(segment, nowMs, isPressing)).Sum(segment => segment.Size) >= 2 * all;
    }

    /// <summary>Whether a copy that is begun on the reserve can be completed.</summary>
    /// <remarks>
    /// Half a copy would use up the reserve and free nothing. A complete copy frees a whole segment, which becomes the next reserve before
    /// anything else can take it.
    /// </remarks>
    private bool Fits(long bytes)
    {
        if (!writer.Room.IsWanted)
            return true;
        var frames = 2 + (bytes / FrameBytes);
        return bytes + FloorBytes + (frames * FrameHeader.Length) <= Contents.Segments.Remaining + (writer.Room.IsOnReserve ? 0 : Contents.Options.SegmentBytes);
    }

    /// <summary>The bytes to copy before the segment can be removed, as they are written.</summary>
    private long LiveBytes(uint segment, List<(int Shard, StoredEntry Entry)> kept) =>
        kept.Sum(one => EventEntry.Bytes(one.Entry.Size)) + Contents.State.In(segment).Sum(place => place.Bytes + 8L) + Contents.DeadLetters.In(segment).Sum(letter => letter.Bytes + 8);

    private bool TryCopyForward(uint segment, List<(int Shard, StoredEntry Entry)> kept)
    {
        foreach (var (shard, entry) in kept)
        {
            if (!HasRoomFor(EventEntry.Bytes(entry.Size)))
                return false;
            EventEntry.Write(Contents.Frame, shard, entry.ToIndexEntry(), ReadRecord(shard, entry), EntryType.KeptEvent);
        }
        // State comes before dead letters and history, because only damaged state keeps the segment. Of a damaged dead letter the known
        // fields are copied; damaged history is dropped.
        foreach (var place in Contents.State.In(segment))
        {
            if (!HasRoomFor(place.Bytes + 8) || Contents.State.ReadEntry(place) is not { } entry)
                return false;
            Contents.Frame.AddEntry(entry);
        }
        foreach (var letter in Contents.DeadLetters.In(segment))
        {
            if (letter.TryRead(Contents.Segments, Contents.Damages) is not { } read)
                continue;
            if (!HasRoomFor(StoredLetter.MaxBytes(read)))
                return false;
            StoredLetter.Write(Contents.Frame, read.Id, letter.Number, read.SubscriptionId, read.Topic, read.Reason, read.Record.Span, default, 0);
        }
        foreach (var block in Contents.History.In(segment))
        {
            if (!HasRoomFor(block.Bytes + 8))
                return false;
            Contents.History.CopyForward(Contents.Frame, block);
        }
        if (!Contents.Frame.IsEmpty)
            writer.WriteFrame();
        return true;
    }

    /// <summary>
    /// Returns an empty record when the event is damaged. The event keeps its place in the order, and its readers get the damage reported.
    /// </summary>
    private ReadOnlySpan<byte> ReadRecord(int shard, in StoredEntry entry)
    {
        var bytes = new byte[EventEntry.RecordAt + entry.Size];
        var what = "differs from what was written";
        try
        {
            if (Contents.Segments.TryRead(entry.Location, bytes) && EventEntry.Is(bytes, shard, entry.Sequence))
                return bytes.AsSpan(EventEntry.RecordAt);
        }
        catch (JournalDamagedException damage)
        {
            what = damage.What;
        }
        Contents.Damages.Met(Contents.Segments.PathOf(entry.Location.Segment), entry.Location.Offset, $"event {entry.Sequence} of shard {shard} {what}");
        return [];
    }

    private bool TryGiveUp(Segment segment)
    {
        var firsts = segment.Last.Select(last => last + 1).ToArray();
        if (!writer.TryMakeRoom(FloorBytes, RoomFor.Freeing))
            return false;
        Contents.WriteFloor(segment.Number + 1, firsts);
        writer.WriteFrame();
        Contents.Segments.RemoveOldest();
        writer.Room.MayHaveGrown();
        return true;
    }

    /// <summary>Makes room for one more entry in the frame; writes the frame if it is full.</summary>
    private bool HasRoomFor(long bytes)
    {
        var frame = Contents.Frame;
        if (!frame.IsEmpty && (frame.Length + bytes > FrameBytes || frame.Length + bytes > Contents.Segments.Remaining))
            writer.WriteFrame();
        var hasRoom = !frame.IsEmpty || writer.TryMakeRoom(bytes, RoomFor.Freeing);
        if (!hasRoom)
            frame.Clear();
        return hasRoom;
    }

    private enum Hindrance
    {
        None,

        /// <summary>The segment holds events of waiting keys that cannot be copied out of it. It is free once they are delivered.</summary>
        KeysWait,

        /// <summary>There is no room to copy the other data in it, such as dead letters.</summary>
        NoRoomToCopy,
    }
}
