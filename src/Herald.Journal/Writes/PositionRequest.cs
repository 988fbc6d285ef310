using Herald.Engine.Stores;
using Herald.Journal.Sources;

namespace Herald.Journal.Writes;

internal sealed class PositionRequest(SourcePosition position) : Request<bool>
{
    public override int MaxBytes { get; } = SourceTable.MaxBytes(position);
    public override RoomFor RoomFor => RoomFor.Deliveries;

    public override void Encode(Writer writer, bool hasRoom)
    {
        if (position.Position <= writer.Contents.Sources.Find(position.Source))
            return;
        if (hasRoom)
            writer.Contents.Sources.Write(writer.Contents.Frame, position);
        else
            Refuse(
                new StoreFullException(
                    "The disk is full, and the reserve is used up. The position of a source was not stored; a later one can be."));
    }

    protected override bool Result(Writer writer) => true;
}
