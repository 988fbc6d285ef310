using Herald.Engine.Stores;
using Herald.Journal.DeadLetters;
using Herald.Journal.Frames;
using Herald.Journal.History;
using Herald.Journal.Shards;
using Herald.Journal.State;

namespace Herald.Journal.Writes;

internal sealed class CommitRequest(ShardCommit commit, int maxBytes) : Request<CommitReply>
{
    private CommitReply _result = CommitReply.Empty;

    public override int MaxBytes => maxBytes;
    public override RoomFor RoomFor => commit.History is null ? RoomFor.Progress : RoomFor.Deliveries;

    public static long BytesOf(ShardCommit commit)
    {
        long bytes = 64 + commit.Progress.Length + ShardOwner.MaxBytes(commit.Kept) + HistoryTable.MaxBytes(commit.History);
        foreach (var emitted in commit.Emitted)
            bytes += EventEntry.Bytes(emitted.Record.Length);
        foreach (var write in commit.State)
            bytes += StateTable.MaxBytes(write);
        foreach (var letter in commit.DeadLetters)
            bytes += StoredLetter.MaxBytes(letter);
        return bytes;
    }

    /// <summary>
    /// Steps:
    /// 1. Refuse a commit of another epoch; return the first reply to a repeated number.
    /// 2. Make sure that the whole commit fits.
    /// 3. Write events, progress, state, dead letters and history into the one frame.
    /// </summary>
    public override void Encode(Writer writer, bool hasRoom)
    {
        var contents = writer.Contents;
        var shard = commit.Fence.Shard.Value;
        var owner = contents.Owners[shard];

        // 1.
        if (Refusal(commit.Fence, owner) is { } stale)
        {
            Refuse(stale);
            return;
        }
        if (owner.FindReply(commit.Number) is { } first)
        {
            _result = first;
            return;
        }

        // 2.
        NewEvents emitted = new(commit.Emitted);
        if (!hasRoom || !writer.Appender.TryReserve(emitted.Span))
        {
            Refuse(
                new StoreFullException(
                    "The disk is full, and the reserve is used up. The commit was not stored; it can be repeated when there is room."));
            return;
        }

        // 3.
        if (emitted.Span.Length > 0)
        {
            var verdicts = new Appended[emitted.Span.Length];
            for (var i = 0; i < verdicts.Length; i++)
                verdicts[i] = writer.Appender.Append(emitted.Span[i], hasRoom: true, spare: 0);
            _result = new CommitReply(verdicts);
        }
        owner.Remember(commit.Number, _result);
        ShardOwner.Write(contents.Frame, commit);
        foreach (var write in commit.State)
            StateTable.Write(contents.Frame, shard, write);
        foreach (var letter in commit.DeadLetters)
            WriteLetter(writer, letter);
        if (commit.History is { Block.IsEmpty: false } history)
            HistoryTable.Write(contents.Frame, shard, history);
        if (commit.SettledBelow > owner.SettledBelow || commit.Kept.Count > 0)
            writer.Room.MayHaveGrown();
    }

    public static StaleOwnerException? Refusal(Fence fence, ShardOwner owner) =>
        fence.Epoch == owner.Epoch ? null
        : new StaleOwnerException($"Shard {fence.Shard} has an owner with epoch {owner.Epoch}, so epoch {fence.Epoch} is no longer valid.");

    protected override CommitReply Result(Writer writer) => writer.Room.IsWanted ? _result with { IsShortOfRoom = true } : _result;

    private static void WriteLetter(Writer writer, NewDeadLetter letter)
    {
        var contents = writer.Contents;
        if (contents.DeadLetters.Contains(letter.Id) || !writer.NewLetters.Add(letter.Id))
            return;
        Location record = default;
        var size = 0;
        if (letter.Record.IsEmpty && !letter.HasNoRecord && contents.TryFind(letter.Id.Shard.Value, letter.Id.Sequence, out var entry))
        {
            record = entry.Location with { Offset = entry.Location.Offset + EventEntry.RecordAt };
            size = entry.Size;
        }
        StoredLetter.Write(contents.Frame, letter.Id, contents.DeadLetters.NextNumber(), letter.SubscriptionId, letter.Topic, letter.Reason,
            letter.Record.Span, record, size);
    }
}
