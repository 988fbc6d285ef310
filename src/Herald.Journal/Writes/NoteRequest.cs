using Herald.Engine.Stores;
using Herald.Journal.Shards;

namespace Herald.Journal.Writes;

/// <summary>
/// A note of a shard's owner; no caller waits for it. A note that finds no room, or arrives after a later commit, is dropped.
/// </summary>
internal sealed class NoteRequest(ShardNote note) : Request
{
    public override int MaxBytes { get; } = 64 + note.Progress.Length;
    public override RoomFor RoomFor => RoomFor.Deliveries;
    public override bool CanWait => true;

    public override void Encode(Writer writer, bool hasRoom)
    {
        var owner = writer.Contents.Owners[note.Fence.Shard.Value];
        if (!hasRoom || owner.Epoch != note.Fence.Epoch || note.Number <= owner.LastNumber)
            return;
        owner.Remember(note.Number, CommitReply.Empty);
        ShardOwner.Write(writer.Contents.Frame, note);
    }

    public override void Complete(Writer writer)
    {
    }

    public override void Fail(Exception failure)
    {
    }
}
