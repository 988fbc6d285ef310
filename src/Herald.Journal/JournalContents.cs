using Herald.Engine.Events;
using Herald.Journal.Catalog;
using Herald.Journal.DeadLetters;
using Herald.Journal.Duplicates;
using Herald.Journal.Files;
using Herald.Journal.Frames;
using Herald.Journal.History;
using Herald.Journal.Kept;
using Herald.Journal.Segments;
using Herald.Journal.Shards;
using Herald.Journal.Sources;
using Herald.Journal.State;

namespace Herald.Journal;

/// <summary>The tables, indexes and segments that result from the log.</summary>
/// <remarks>
/// Both normal work and opening pass every frame through <see cref="Apply"/>, so that both give the same result. In normal work this
/// happens once the frame is durable.
/// </remarks>
internal sealed class JournalContents : IDisposable
{
    /// <param name="alarm">Tells the operator of damage; null for <paramref name="notice"/>.</param>
    public JournalContents(
        JournalOptions options, IJournalFiles files, JournalIdentity identity, Action<string> notice, Action<string>? alarm = null)
    {
        Options = options;
        Files = files;
        Identity = identity;
        Notice = notice;
        Paths = new JournalPaths(options.Directory);
        Damages = new DamageLog(alarm ?? notice);
        Space = new DiskSpace(files, options);
        Segments = new SegmentLog(files, Paths, options, Space, identity.Store, identity.ShardCount);
        var indexStep = Math.Clamp(options.SegmentBytes / 64 / StoredEntry.Length, 16, IndexFiles.ChunkEntries);
        IndexStepBytes = (long)indexStep * StoredEntry.Length * identity.ShardCount;
        IndexSpare = indexStep / 4;
        Shards = new ShardIndex[identity.ShardCount];
        Kept = new KeptEvents[identity.ShardCount];
        Owners = new ShardOwner[identity.ShardCount];
        var mender = new IndexMender(Segments);
        for (var i = 0; i < Shards.Length; i++)
        {
            Shards[i] = new ShardIndex(new IndexFiles(files, Paths, Space, mender, Damages, i, indexStep));
            Kept[i] = new KeptEvents();
            Owners[i] = new ShardOwner();
        }
        Window = new DuplicateWindow(options, identity.ShardCount);
        Duplicates = new DuplicateCheck(Window, Shards, Segments, Frame, options);
        DeadLetters = new DeadLetterTable(Segments, Damages, options);
        State = new StateTable(Segments, new IdentityHash(identity.HashSecret));
        History = new HistoryTable(Segments, Damages, options, identity.ShardCount);
    }

    public JournalOptions Options { get; }
    public JournalIdentity Identity { get; }
    public IJournalFiles Files { get; }
    public JournalPaths Paths { get; }
    public Action<string> Notice { get; }
    public DamageLog Damages { get; }
    public DiskSpace Space { get; }

    /// <summary>The bytes of one allocation step of the index, for all shards together.</summary>
    public long IndexStepBytes { get; }

    /// <summary>
    /// How many entries of each shard's index published events leave to commits. Without them, a full disk would refuse the report of a
    /// delivery, and so the end of the delivery, which frees room.
    /// </summary>
    public int IndexSpare { get; }

    public SegmentLog Segments { get; }

    /// <summary>The frame that the writer builds.</summary>
    public FrameBuffer Frame { get; } = new();
    public ShardIndex[] Shards { get; }
    public KeptEvents[] Kept { get; }
    public ShardOwner[] Owners { get; }
    public DuplicateWindow Window { get; }
    public DuplicateCheck Duplicates { get; }
    public CatalogTable Catalog { get; } = new();
    public DeadLetterTable DeadLetters { get; }
    public StateTable State { get; }
    public HistoryTable History { get; }
    public SourceTable Sources { get; } = new();

    /// <summary>How often the journal was opened. Epochs are derived from it.</summary>
    public long Run { get; set; }

    /// <summary>Segments below this number are given up.</summary>
    public uint FloorSegment { get; set; } = 1;

    /// <param name="at">The location of the first of the entries.</param>
    /// <param name="replay">True at opening: applies events too. In normal work the appender has already done that.</param>
    public void Apply(ReadOnlySpan<byte> entries, Location at, bool replay)
    {
        var entry = new EntryReader(entries);
        while (entry.MoveNext())
        {
            var location = at with { Offset = at.Offset + (uint)entry.Start };
            switch (entry.Type)
            {
                case EntryType.Event when replay:
                    ApplyEvent(ref entry, location);
                    break;
                case EntryType.Event:
                    break;
                case EntryType.Progress:
                    Owners[entry.Shard].Apply(ref entry);
                    break;
                case EntryType.State:
                    State.Apply(ref entry, location, entry.Length);
                    break;
                case EntryType.DeadLetter:
                    DeadLetters.Apply(ref entry, location, entry.Length);
                    break;
                case EntryType.DeadLetterGone:
                    DeadLetters.ApplyGone(ref entry);
                    break;
                case EntryType.Catalog:
                    Catalog.Apply(ref entry);
                    break;
                case EntryType.Source:
                    Sources.Load(ref entry);
                    break;
                case EntryType.History:
                    History.Apply(ref entry, location, entry.Length);
                    break;
                case EntryType.Run:
                    Run = entry.Long();
                    break;
                case EntryType.Floor:
                    ApplyFloor(ref entry);
                    break;
                case EntryType.KeptKeys:
                    Owners[entry.Shard].ApplyKept(ref entry);
                    break;
                case EntryType.KeptEvent:
                    Kept[entry.Shard].Put(new StoredEntry(EventEntry.Read(entry.Flags, entry.Rest), location));
                    break;
                default:
                    throw new InvalidDataException($"An entry has the unknown type {(int)entry.Type}.");
            }
        }
    }

    /// <summary>Finds the index entry of an event that is kept, durable or not: in the log, or among the copied events.</summary>
    public bool TryFind(int shard, long sequence, out StoredEntry entry) =>
        sequence >= Shards[shard].First ? Shards[shard].TryGet(sequence, out entry) : Kept[shard].TryGet(sequence, out entry);

    public void WriteRun(long run)
    {
        Frame.Begin(EntryType.Run);
        Frame.Add(run);
        Frame.End();
    }

    public void WriteFloor(uint segment, ReadOnlySpan<long> firsts)
    {
        Frame.Begin(EntryType.Floor);
        Frame.Add((int)segment);
        foreach (var first in firsts)
            Frame.Add(first);
        Frame.End();
    }

    public void Dispose()
    {
        foreach (var shard in Shards)
            shard.Files.Dispose();
        Segments.Dispose();
    }

    private void ApplyEvent(ref EntryReader entry, Location location)
    {
        var index = EventEntry.Read(entry.Flags, entry.Rest);
        var shard = Shards[entry.Shard];
        if (index.Sequence != shard.Assigned + 1)
            throw new InvalidDataException($"Shard {entry.Shard} continues with sequence {index.Sequence} after {shard.Assigned}.");
        if (!shard.Files.TryReserve(index.Sequence))
            throw new IOException(
                $"The disk has no room to rebuild the index of shard {entry.Shard}. Free some space on the disk of '{Options.Directory}'.");
        shard.Append(new StoredEntry(index, location));
        Segments.Find(location.Segment)!.Note(entry.Shard, index.Sequence, index.AcceptedAtMs);
    }

    private void ApplyFloor(ref EntryReader entry)
    {
        FloorSegment = Math.Max(FloorSegment, (uint)entry.Int());
        foreach (var shard in Shards)
            shard.RaiseFirst(entry.Long());
    }
}
