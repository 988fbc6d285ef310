using Herald.Engine.Applications;

namespace Herald.Notifications.Statuses;

/// <summary>Makes damaged parts of a block's tables anew from the rows themselves, which the tables only index.</summary>
internal static class TableMender
{
    private const int PagesAtOnce = 256;

    /// <summary>For each part that is null, adds the rows that the table had before those that are in the lists already.</summary>
    /// <param name="seed">The key of the hashes of this shard.</param>
    public static async ValueTask AddRowsAsync(
        ApplicationBatch batch, BlockEntry block, UInt128 seed, (TablePart?[] Parts, List<(uint Tag, ushort Row)>[] Added) uuids,
        (TablePart?[] Parts, List<(uint Tag, ushort Row)>[] Added) recipients, CancellationToken cancel)
    {
        var (oldUuids, oldRecipients) = (TableExtension.NewLists(), TableExtension.NewLists());
        var end = RowNumber.PageOf(block.FirstOpenRow - 1) + 1;
        for (var first = RowNumber.PageOf(block.FirstRow); first < end; first += PagesAtOnce)
        {
            var pages = Enumerable.Range(0, (int)Math.Min(PagesAtOnce, end - first)).Select(at => first + at).ToList();
            foreach (var page in pages)
                batch.Need(StatusKeys.Page(page));
            await batch.LoadAsync(cancel);
            foreach (var row in pages.SelectMany(page => RowsOf(batch, page)).Where(row => row.Number < block.FirstOpenRow))
            {
                var place = (ushort)(row.Number - block.FirstRow);
                Add(oldUuids, Tag.OfUuid(row.Uuid, seed), place);
                if (row.Recipient is not null)
                    Add(oldRecipients, Tag.OfHash(row.RecipientHash), place);
            }
        }
        Insert(uuids.Parts, uuids.Added, oldUuids);
        Insert(recipients.Parts, recipients.Added, oldRecipients);
    }

    /// <summary>Nothing for a page that was forgotten, or is damaged itself.</summary>
    private static List<Row> RowsOf(ApplicationBatch batch, long page)
    {
        try
        {
            return batch.Get(StatusKeys.Page(page)) is { } value ? PageCodec.Decode(page, value) : [];
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    private static void Add(List<(uint Tag, ushort Row)>[] lists, uint tag, ushort place) => lists[Tag.PartOf(tag)].Add((tag, place));

    private static void Insert(TablePart?[] parts, List<(uint Tag, ushort Row)>[] added, List<(uint Tag, ushort Row)>[] old)
    {
        for (var part = 0; part < parts.Length; part++)
        {
            if (parts[part] is null)
                added[part].InsertRange(0, old[part]);
        }
    }
}
