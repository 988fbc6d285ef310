using Herald.Engine.Applications;
using Herald.Engine.Events;

namespace Herald.Notifications.Statuses;

/// <summary>Adds the newest rows of a block to its two tables: by uuid, and by recipient.</summary>
internal static class TableExtension
{
    /// <param name="seed">The key of the hashes of this shard.</param>
    /// <param name="end">The row after the last one of the block.</param>
    /// <returns>The block with its new tables.</returns>
    /// <exception cref="InvalidDataException">A chunk of tags is damaged.</exception>
    public static async ValueTask<BlockEntry> WriteAsync(
        ApplicationBatch batch, BlockEntry block, UInt128 seed, OpenTags tags, long end, CancellationToken cancel)
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
        var olderUuids = Older(batch, block, StatusKeys.UuidPart);
        var olderRecipients = Older(batch, block, StatusKeys.RecipientPart);
        if (block.TableRows > 0 && (olderUuids.Contains(null) || olderRecipients.Contains(null)))
            await TableMender.AddRowsAsync(batch, block, seed, (olderUuids, uuids), (olderRecipients, recipients), cancel);
        for (var part = 0; part < Tag.Parts; part++)
        {
            batch.Set(StatusKeys.UuidPart(block.Number, part), TablePart.Build(id, rows, olderUuids[part], uuids[part]));
            batch.Set(StatusKeys.RecipientPart(block.Number, part), TablePart.Build(id, rows, olderRecipients[part], recipients[part]));
        }
        return block with { TableRows = rows, TableId = id };
    }

    /// <summary>The parts of the table as it is; null for a part that is damaged, and everywhere when there is no table yet.</summary>
    private static TablePart?[] Older(ApplicationBatch batch, BlockEntry block, Func<long, int, byte[]> keyOf)
    {
        var parts = new TablePart?[Tag.Parts];
        for (var part = 0; part < parts.Length && block.TableRows > 0; part++)
        {
            var key = keyOf(block.Number, part);
            try
            {
                parts[part] = TablePart.Read(key, batch.Get(key)) is var there && there.Id == block.TableId ? there : null;
            }
            catch (InvalidDataException)
            {
                // It is made anew from the rows.
            }
        }
        return parts;
    }

    internal static List<(uint Tag, ushort Row)>[] NewLists() =>
        [.. Enumerable.Range(0, Tag.Parts).Select(_ => new List<(uint Tag, ushort Row)>())];
}
