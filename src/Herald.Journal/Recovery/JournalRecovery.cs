using System.Globalization;
using System.Runtime.ExceptionServices;
using Herald.Journal.Checkpoints;
using Herald.Journal.Files;
using Herald.Journal.Frames;
using Herald.Journal.Segments;
using Herald.Journal.Shards;

namespace Herald.Journal.Recovery;

/// <summary>
/// Opens what an earlier process left:
/// 1. Load the last checkpoint.
/// 2. Open the index files, as far as the checkpoint covers them.
/// 3. Apply the frames written since, segment by segment.
/// 4. Treat the end of the log: cut off a torn frame, refuse to open if a damaged frame had been durable, and make the last whole frames
/// durable.
/// 5. Remove what a crash left behind.
/// 6. Read the ids of the duplicate window back from the index.
/// </summary>
internal sealed class JournalRecovery(JournalContents contents)
{
    private readonly IJournalFiles _files = contents.Files;
    private Dictionary<uint, (long NewestMs, long[] Last)> _known = [];

    /// <summary>Where the last checkpoint ends: this opening reads the log from here on.</summary>
    public CheckpointPosition Checkpoint { get; private set; }

    /// <summary>Log bytes that this opening read again.</summary>
    public long Replayed { get; private set; }

    /// <summary>Events among them.</summary>
    public long ReplayedEvents { get; private set; }
    public ulong NextFrame { get; private set; } = 1;

    public void Run(long nowMs)
    {
        // 1.
        using (var items = CheckpointFile.Read(_files, contents.Paths.Checkpoint, contents.Identity.Store))
        {
            if (items is not null)
            {
                (Checkpoint, _known) = Checkpoints.Checkpoint.Load(items, contents);
                NextFrame = Checkpoint.NextFrame;
            }
        }

        // 2.
        var chunks = _files.List(contents.Paths.Index).Select(IndexFiles.Parse).OfType<(int Shard, long Chunk)>().ToLookup(
            c => c.Shard, c => c.Chunk);
        for (var i = 0; i < contents.Shards.Length; i++)
            contents.Shards[i].Files.Adopt(chunks[i].Order(), contents.Shards[i].Assigned);

        // 3. and 4.
        var known = contents.Shards.Sum(shard => shard.Assigned);
        var found = OpenSegments();
        for (var i = 0; i < found.Count; i++)
            Take(found[i], i + 1 < found.Count ? found[i + 1] : null);
        foreach (var shard in contents.Shards)
            shard.Publish();
        ReplayedEvents = contents.Shards.Sum(shard => shard.Assigned) - known;

        // 5.
        while (contents.Segments.All is [var oldest, _, ..] && oldest.Number < contents.FloorSegment)
            contents.Segments.RemoveOldest();
        AdoptReserve();

        // 6.
        try
        {
            Parallel.For(0, contents.Shards.Length, i => contents.Window.Load(i, contents.Shards[i], nowMs));
        }
        catch (AggregateException several)
        {
            // Each exception is about another index file; reporting one is enough.
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
        contents.Window.Loaded(nowMs);
    }

    private List<Segment> OpenSegments()
    {
        var numbers = _files.List(contents.Paths.Log).Select(JournalPaths.SegmentNumber).OfType<uint>().Order().ToList();
        var found = new List<Segment>();
        foreach (var number in numbers)
        {
            var file = _files.Open(contents.Paths.Segment(number), create: false);
            var bytes = new byte[SegmentHeader.Length];
            var header = SegmentHeader.Read(bytes.AsSpan(0, file.Read(bytes, 0)), file.Path);
            if (header is null && number == numbers[^1] && number > Checkpoint.Segment && !HoldsFrames(file))
            {
                contents.Notice(
                    $"'{file.Path}' is removed: the last process ended while it was creating this file, and the file contains nothing.");
                file.Dispose();
                _files.Delete(file.Path);
                _files.SyncDirectory(contents.Paths.Log);
                continue;
            }
            if (header is not { } good || good.Number != number || good.Store != contents.Identity.Store)
                throw new JournalDamagedException(file.Path, 0, "the header of a log file is damaged");
            found.Add(new Segment(number, file, file.Length, good.FirstFrame, contents.Shards.Length));
        }
        CheckComplete(found);
        return found;
    }

    private void CheckComplete(List<Segment> found)
    {
        var first = Checkpoint.Segment == 0 ? 1 : Checkpoint.Segment;
        if (found.Count > 0 ? found.All(s => s.Number != first) : Checkpoint.Segment != 0)
            throw new JournalDamagedException(contents.Paths.Segment(first), 0, "a log file is missing");
        for (var i = 1; i < found.Count; i++)
            if (found[i].Number != found[i - 1].Number + 1)
                throw new JournalDamagedException(contents.Paths.Segment(found[i - 1].Number + 1), 0, "a log file is missing");
    }

    private void Take(Segment segment, Segment? next)
    {
        if (_known.TryGetValue(segment.Number, out var known))
        {
            known.Last.CopyTo(segment.Last.AsSpan());
            segment.NewestMs = known.NewestMs;
        }
        else
        {
            contents.Segments.Current?.Last.CopyTo(segment.Last.AsSpan());
        }
        contents.Segments.Adopt(segment);
        if (segment.Number < Checkpoint.Segment)
            return;

        var from = segment.Number == Checkpoint.Segment ? Checkpoint.Offset : SegmentHeader.Length;
        if (from == SegmentHeader.Length && segment.FirstFrame != NextFrame)
            throw new JournalDamagedException(
                segment.File.Path, 0, $"the file starts with frame {segment.FirstFrame}, but frame {NextFrame} is expected");
        var reader = new FrameReader(segment.File, from, NextFrame);
        var inDoubt = new Queue<(ulong Number, long At)>();
        for (var at = from; reader.MoveNext(); at = reader.Offset)
        {
            Apply(segment, reader);
            inDoubt.Enqueue((reader.Header.Number, at));
            while (inDoubt.TryPeek(out var oldest) && oldest.Number <= reader.Header.Durable)
                inDoubt.Dequeue();
        }
        Replayed += reader.Offset - from;
        NextFrame = reader.NextNumber;
        if (next is null)
        {
            CutAt(segment, reader, new Witnesses(contents.Identity.Store, contents.Run, reader.Offset > from ? reader.Header.Run : null));
            WriteAgain(segment.File, 0, SegmentHeader.Length);
            WriteAgain(segment.File, inDoubt.TryPeek(out var first) ? first.At : reader.Offset, reader.Offset);
            segment.File.Sync();
        }
        else if (next.FirstFrame != NextFrame)
            throw new JournalDamagedException(
                segment.File.Path, reader.Offset, $"frame {NextFrame} is damaged, although '{next.File.Path}' was started after it");
    }

    private void Apply(Segment segment, FrameReader reader)
    {
        try
        {
            contents.Apply(reader.Body.Span, new Location(segment.Number, (uint)reader.BodyOffset), replay: true);
        }
        catch (InvalidDataException broken)
        {
            throw new JournalDamagedException(segment.File.Path, reader.BodyOffset, broken.Message);
        }
    }

    /// <summary>Cuts off what follows the last whole frame.</summary>
    /// <remarks>
    /// It was never acknowledged, unless a whole frame further on proves the opposite. The bytes are overwritten with zeros, so that no
    /// later opening takes the remains for frames.
    /// </remarks>
    private void CutAt(Segment segment, FrameReader reader, Witnesses witnesses)
    {
        if (reader.FindWitness(witnesses.Include, out var dirtyEnd) is { } witness)
        {
            throw new JournalDamagedException(segment.File.Path, reader.Offset, string.Create(
                CultureInfo.InvariantCulture,
                $"frame {reader.NextNumber} is damaged, although the frame at offset {witness} records it as durable"));
        }
        contents.Segments.Offset = reader.Offset;
        if (dirtyEnd == reader.Offset)
            return;
        contents.Notice(string.Create(
            CultureInfo.InvariantCulture,
            $"'{segment.File.Path}' ends with {dirtyEnd - reader.Offset} invalid bytes from offset {reader.Offset}, which are cut off. A "
                + $"crash in the middle of a write leaves such bytes, and they were never acknowledged. Without a crash, they are "
                + $"damage to the last write."));
        var zeros = new byte[Math.Min(1 << 20, dirtyEnd - reader.Offset)];
        for (var at = reader.Offset; at < dirtyEnd; at += zeros.Length)
            segment.File.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, dirtyEnd - at)), at);
    }

    /// <summary>Writes the bytes once more that this opening has just read.</summary>
    /// <remarks>
    /// They may exist in the kernel's memory only: the process was killed before its sync, or its sync failed, after which the kernel
    /// reports the failure once and treats the pages as clean. A sync covers only written pages, so without this write later data could
    /// become durable while these bytes are lost.
    /// </remarks>
    private static void WriteAgain(IJournalFile file, long from, long to)
    {
        var bytes = new byte[to - from];
        file.Write(bytes.AsSpan(0, file.Read(bytes, from)), from);
    }

    // Accepts frames of any run: a segment that holds events always holds frames.
    private static bool HoldsFrames(IJournalFile file) =>
        new FrameReader(file, SegmentHeader.Length, 0).FindWitness(_ => true, out _) is not null
            || new FrameReader(file, 0, 0).FindWitness(_ => true, out _) is not null;

    private void AdoptReserve()
    {
        if (!_files.Exists(contents.Paths.Reserve))
            return;
        long length;
        using (var reserve = _files.Open(contents.Paths.Reserve, create: false))
            length = reserve.Length;
        if (length == contents.Options.SegmentBytes)
            contents.Segments.AdoptReserve(length);
        else
            _files.Delete(contents.Paths.Reserve);
    }
}
