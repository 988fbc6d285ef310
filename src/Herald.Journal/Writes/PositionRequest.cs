using Herald.Engine.Stores;
using Herald.Journal.Frames;

namespace Herald.Journal.Writes;

internal sealed class PositionRequest(SourcePosition position) : Request<bool>
{
    /// <summary>The most bytes that UTF-8 needs for a character of the name.</summary>
    private const int MostPerCharacter = 3;

    public override int MaxBytes { get; } = FrameBuffer.EntryBytes(16 + (MostPerCharacter * position.Source.Length));
    public override RoomFor RoomFor => RoomFor.Deliveries;

    public override void Encode(Writer writer, bool hasRoom)
    {
        if (position.Position <= writer.Contents.Sources.Find(position.Source))
            return;
        if (hasRoom)
            writer.Contents.Sources.Write(writer.Contents.Frame, position);
        else
            Refuse(new StoreFullException("The disk is full, and the reserve is used up. The position of a source was not stored; a later one can be."));
    }

    protected override bool Result(Writer writer) => true;
}
