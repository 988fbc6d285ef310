using Herald.Engine.Stores;
using Herald.Journal.Catalog;

namespace Herald.Journal.Writes;

internal sealed class CatalogRequest(IReadOnlyList<CatalogWrite> writes, int maxBytes) : Request<CatalogReply>
{
    private CatalogReply? _result;

    public override int MaxBytes => maxBytes;
    public override RoomFor RoomFor => RoomFor.Deliveries;
    public override bool EndsGroup => true;

    public static long BytesOf(IReadOnlyList<CatalogWrite> writes, int shards) =>
        64 + (8L * shards) + writes.Sum(w => 32 + (3L * (w.Kind.Length + w.Id.Length)) + (w.Body?.Length ?? 0));

    public override void Encode(Writer writer, bool hasRoom)
    {
        var contents = writer.Contents;
        var heads = new long[contents.Shards.Length];
        for (var i = 0; i < heads.Length; i++)
            heads[i] = contents.Shards[i].Assigned;
        var version = contents.Catalog.Version;
        if (contents.Catalog.FindConflict(writes) is { } conflict)
        {
            _result = new CatalogReply(version, heads, conflict);
        }
        else if (writes.Count == 0)
        {
            _result = new CatalogReply(version, heads, null);
        }
        else if (!hasRoom)
        {
            Refuse(new StoreUnavailableException(
                "The disk is full. The change was not stored. Free disk space, or raise journal.maxBytes, and try again."));
        }
        else
        {
            CatalogTable.Write(contents.Frame, version + 1, heads, contents.Catalog.Numbered(writes));
            _result = new CatalogReply(version + 1, heads, null);
        }
    }

    protected override CatalogReply Result(Writer writer) => _result!;
}
