using Herald.Engine.Applications;
using Herald.Engine.Events;

namespace Herald.Notifications.Statuses;

/// <summary>Adds the newest rows of a block to its two tables: by uuid, and by recipient.</summary>
internal static class TableExtension
{
    /// <param name="end">The row after the last one of the block.</param>
    /// <returns>The block with its new tables.</returns>
    /// <exception cref="InvalidDataException">A part of the older table, or a chunk of tags, is damaged.</exception>
    public static async ValueTask<BlockEntry> WriteAsync(
        ApplicationBatch batch, BlockEntry block, OpenTags tags, long end, CancellationToken cancel)
    {
        if (block.TableRows > 0)
        {
            for (var part = 0; part < Tag.Parts; part++)
            {
                batch.Need(StatusKeys.UuidPart(block.Number, part));
                batch.Need(StatusKeys.RecipientPart(block.Number, part));
            }
            await batch.LoadAsync(cancel);
        }
        var (uuids, recipients) = (NewLists(), NewLists());
        var id = block.TableId;
        foreach (var (row, uuid, recipient) in tags.Between(block.FirstOpenRow, end))
        {
            var place = (ushort)(row - block.FirstRow);
            uuids[Tag.PartOf(uuid)].Add((uuid, place));
            if (recipient != 0)
                recipients[Tag.PartOf(recipient)].Add((recipient, place));
            id = Math.Max(1, StableHash.Mix(id, ((ulong)uuid << 32) | recipient));
        }
        var rows = (int)(end - block.FirstRow);
        for (var part = 0; part < Tag.Parts; part++)
        {
            Write(batch, block, StatusKeys.UuidPart(block.Number, part), id, rows, uuids[part]);
            Write(batch, block, StatusKeys.RecipientPart(block.Number, part), id, rows, recipients[part]);
        }
        return block with { TableRows = rows, TableId = id };
    }

    private static void Write(
        ApplicationBatch batch, BlockEntry block, byte[] key, ulong id, int rows, List<(uint Tag, ushort Row)> added)
    {
        var older = block.TableRows == 0 ? null : TablePart.Read(key, batch.Get(key));
        if (older is not null && older.Id != block.TableId)
            throw StoredValue.Damaged(key, "it belongs to another table than the directory names");
        batch.Set(key, TablePart.Build(id, rows, older, added));
    }

    private static List<(uint Tag, ushort Row)>[] NewLists() =>
        [.. Enumerable.Range(0, Tag.Parts).Select(_ => new List<(uint Tag, ushort Row)>())];
}
