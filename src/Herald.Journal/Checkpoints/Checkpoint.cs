using Herald.Engine.Stores;
using Herald.Journal.DeadLetters;
using Herald.Journal.Frames;
using Herald.Journal.History;
using Herald.Journal.Shards;
using Herald.Journal.State;

namespace Herald.Journal.Checkpoints;

/// <summary>
/// The contents of all tables at one frame. The writer's thread takes it by copying references, which is quick; another thread encodes and
/// writes it.
/// </summary>
internal sealed class Checkpoint
{
    private readonly long _run;
    private readonly uint _floorSegment;
    private readonly Shard[] _shards;
    private readonly Segment[] _segments;
    private readonly long _catalogVersion;
    private readonly CatalogRecord[] _catalog;
    private readonly StoredLetter[] _letters;
    private readonly KeyValuePair<UInt128, StateTable.Place>[] _state;
    private readonly HistoryTable.Block[] _history;
    private readonly KeyValuePair<string, long>[] _sources;

    private Checkpoint(JournalContents contents, CheckpointPosition position)
    {
        Position = position;
        _run = contents.Run;
        _floorSegment = contents.FloorSegment;
        _shards = [.. contents.Shards.Select((s, i) => new Shard(
            s.Assigned, s.First, s.LastAcceptedAtMs, contents.Owners[i].SettledBelow, contents.Owners[i].Records(),
            contents.Owners[i].Kept(), contents.Kept[i].Snapshot()))];
        _segments = [.. contents.Segments.All.Select(s => new Segment(s.Number, s.NewestMs, [.. s.Last]))];
        (_catalogVersion, _catalog) = contents.Catalog.Snapshot();
        _letters = contents.DeadLetters.Snapshot();
        _state = contents.State.Snapshot();
        _history = contents.History.Snapshot();
        _sources = contents.Sources.Snapshot();
    }

    private enum Item : byte
    {
        Position = 1,
        Shard,
        ProgressRecord,
        Segment,
        CatalogVersion,
        CatalogRecord,
        DeadLetter,
        State,
        History,
        Source,
        KeptKeys,
        KeptEvent,
    }

    public CheckpointPosition Position { get; }

    public static Checkpoint Of(JournalContents contents, CheckpointPosition position) => new(contents, position);

    /// <summary>
    /// Adds its items to the buffer one by one. Calls <paramref name="drain"/> after each item, which can empty the buffer.
    /// </summary>
    public void Save(FrameBuffer into, Action drain)
    {
        Begin(Item.Position);
        into.Add((int)Position.Segment);
        into.Add(Position.Offset);
        into.Add((long)Position.NextFrame);
        into.Add(_run);
        into.Add((int)_floorSegment);
        End();
        for (var i = 0; i < _shards.Length; i++)
        {
            var shard = _shards[i];
            Begin(Item.Shard, i);
            into.Add(shard.Head);
            into.Add(shard.First);
            into.Add(shard.LastAcceptedAtMs);
            into.Add(shard.SettledBelow);
            End();
            foreach (var record in shard.Records)
            {
                Begin(Item.ProgressRecord, i);
                into.AddSized(record.Span);
                End();
            }
            Begin(Item.KeptKeys, i);
            ShardOwner.SaveKept(into, shard.KeptKeys);
            End();
            foreach (var entry in shard.Kept)
            {
                Begin(Item.KeptEvent, i);
                entry.Save(into);
                End();
            }
        }
        foreach (var segment in _segments)
        {
            Begin(Item.Segment);
            into.Add((int)segment.Number);
            into.Add(segment.NewestMs);
            foreach (var last in segment.Last)
                into.Add(last);
            End();
        }
        Begin(Item.CatalogVersion);
        into.Add(_catalogVersion);
        End();
        foreach (var record in _catalog)
        {
            Begin(Item.CatalogRecord);
            Catalog.CatalogTable.Save(into, record);
            End();
        }
        foreach (var letter in _letters)
        {
            Begin(Item.DeadLetter);
            letter.Save(into);
            End();
        }
        foreach (var place in _state)
        {
            Begin(Item.State);
            StateTable.Save(into, place);
            End();
        }
        foreach (var block in _history)
        {
            Begin(Item.History);
            HistoryTable.Save(into, block);
            End();
        }
        foreach (var (source, position) in _sources)
        {
            Begin(Item.Source);
            Sources.SourceTable.Save(into, source, position);
            End();
        }

        void Begin(Item item, int shard = 0) => into.Begin((EntryType)item, shard);

        void End()
        {
            into.End();
            drain();
        }
    }

    /// <summary>Loads the items into empty tables. Returns the items about segments, because the caller opens the segments.</summary>
    public static (CheckpointPosition Position, Dictionary<uint, (long NewestMs, long[] Last)> Segments) Load(
        CheckpointItems items, JournalContents contents)
    {
        var position = default(CheckpointPosition);
        var segments = new Dictionary<uint, (long, long[])>();
        while (items.Next() is { IsEmpty: false } piece)
            Load(piece.Span, contents, segments, ref position);
        return (position, segments);
    }

    private static void Load(
        ReadOnlySpan<byte> items, JournalContents contents, Dictionary<uint, (long, long[])> segments, ref CheckpointPosition position)
    {
        var entry = new EntryReader(items);
        while (entry.MoveNext())
        {
            switch ((Item)entry.Type)
            {
                case Item.Position:
                    position = new CheckpointPosition((uint)entry.Int(), entry.Long(), (ulong)entry.Long());
                    contents.Run = entry.Long();
                    contents.FloorSegment = (uint)entry.Int();
                    break;
                case Item.Shard:
                    contents.Shards[entry.Shard].Restore(entry.Long(), entry.Long(), entry.Long());
                    contents.Owners[entry.Shard].Load(entry.Long());
                    break;
                case Item.ProgressRecord:
                    contents.Owners[entry.Shard].LoadRecord(entry.Sized());
                    break;
                case Item.Segment:
                    var (number, newestMs, last) = ((uint)entry.Int(), entry.Long(), new long[contents.Shards.Length]);
                    for (var i = 0; i < last.Length; i++)
                        last[i] = entry.Long();
                    segments[number] = (newestMs, last);
                    break;
                case Item.CatalogVersion:
                    contents.Catalog.LoadVersion(entry.Long());
                    break;
                case Item.CatalogRecord:
                    contents.Catalog.Load(ref entry);
                    break;
                case Item.DeadLetter:
                    contents.DeadLetters.Load(ref entry);
                    break;
                case Item.State:
                    contents.State.Load(ref entry);
                    break;
                case Item.History:
                    contents.History.Load(ref entry);
                    break;
                case Item.Source:
                    contents.Sources.Load(ref entry);
                    break;
                case Item.KeptKeys:
                    contents.Owners[entry.Shard].ApplyKept(ref entry);
                    break;
                case Item.KeptEvent:
                    contents.Kept[entry.Shard].Put(StoredEntry.Load(ref entry));
                    break;
                default:
                    throw new InvalidDataException($"An item has the unknown type {(int)entry.Type}.");
            }
        }
    }

    private sealed record Shard(
        long Head, long First, long LastAcceptedAtMs, long SettledBelow, ReadOnlyMemory<byte>[] Records, KeptKey[] KeptKeys,
        StoredEntry[] Kept);

    private sealed record Segment(uint Number, long NewestMs, long[] Last);
}
