using System.Buffers.Binary;
using Herald.Engine.Basics;

namespace Herald.Notifications.Statuses;

/// <summary>The blocks of a shard. It is small, and changes only with a chapter or a table, not with a row.</summary>
internal sealed class BlockDirectory
{
    private readonly List<BlockEntry> _blocks = [];

    public BlockDirectory(UInt128 seed) => Seed = seed;

    /// <summary>Rises with each stored directory. It chooses the entry that the directory is written to.</summary>
    public long Number { get; private set; }

    /// <summary>The key of all hashes of this shard. It never changes.</summary>
    public UInt128 Seed { get; }

    /// <summary>New rows get at least this number. It matters when all blocks are forgotten.</summary>
    public long Floor { get; private set; }

    /// <summary>The newer stored directory is damaged, so what its last change brought is missing here.</summary>
    public bool MayLackNewest { get; private init; }

    /// <summary>From the oldest to the newest.</summary>
    public IReadOnlyList<BlockEntry> Blocks => _blocks;

    public BlockEntry? Newest => _blocks.Count == 0 ? null : _blocks[^1];

    /// <summary>
    /// The newest block, unless it is closed because its newest rows are forgotten. Only this block has rows that no table has.
    /// </summary>
    public BlockEntry? Open => Newest is { } block && block.FirstRow >= Floor ? block : null;

    /// <summary>The newest chapter; -1 when there is none.</summary>
    public long NewestChapter => ChaptersFromNewest().DefaultIfEmpty(-1).First();

    public IEnumerable<long> ChaptersFromNewest()
    {
        for (var at = _blocks.Count - 1; at >= 0; at--)
            for (var chapter = ((_blocks[at].Number + 1) * RowNumber.ChaptersOfBlock) - 1; BelongsTo(chapter, _blocks[at]); chapter--)
                if (_blocks[at].Has(chapter))
                    yield return chapter;
    }

    public bool HasChapter(long chapter) => Find(RowNumber.BlockOfChapter(chapter)) is { } block && block.Has(chapter);

    public BlockEntry? Find(long block) => _blocks.FindIndex(entry => entry.Number == block) is >= 0 and var at ? _blocks[at] : null;

    /// <summary>Adds a chapter, and its block when it is the first one.</summary>
    public void AddChapter(long chapter, long acceptedMs)
    {
        var block = RowNumber.BlockOfChapter(chapter);
        if (Newest is { } before && before.Number != block)
            Set(before with { LastMs = acceptedMs });
        if (Newest?.Number != block)
            _blocks.Add(new BlockEntry(block, acceptedMs, acceptedMs, 0, 0, 0));
        _blocks[^1] = _blocks[^1].With(chapter) with { LastMs = acceptedMs };
    }

    public void Set(BlockEntry block) => _blocks[_blocks.FindIndex(entry => entry.Number == block.Number)] = block;

    /// <summary>Removes a chapter, and its block with its last chapter.</summary>
    /// <returns>True when the block went too.</returns>
    public bool RemoveChapter(long chapter)
    {
        var at = _blocks.FindIndex(entry => entry.Has(chapter));
        if (chapter == NewestChapter)
            Floor = Math.Max(Floor, (_blocks[at].Number + 1) * RowNumber.RowsOfBlock);
        _blocks[at] = _blocks[at].Without(chapter);
        if (_blocks[at].Chapters != 0)
            return false;
        _blocks.RemoveAt(at);
        return true;
    }

    /// <summary>Encodes the next directory.</summary>
    public byte[] EncodeNext(RecordWriter writer)
    {
        StoredValue.Begin(writer);
        writer.Number(++Number);
        Span<byte> seed = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(seed, Seed);
        writer.Bytes(seed);
        writer.Number(Floor);
        writer.Number(_blocks.Count);
        foreach (var block in _blocks)
        {
            writer.Number(block.Number);
            writer.Number(block.FirstMs);
            writer.Number(block.LastMs - block.FirstMs);
            writer.Number(block.TableRows);
            writer.Hash(block.TableId);
            writer.Byte(block.Chapters);
        }
        return StoredValue.End(writer);
    }

    /// <summary>The newer one of the two stored directories that can be read; null when nothing was ever stored.</summary>
    /// <exception cref="InvalidDataException">Neither can be read.</exception>
    public static BlockDirectory? Newer(ReadOnlyMemory<byte>? value0, ReadOnlyMemory<byte>? value1)
    {
        var (first, firstDamage) = TryDecode(StatusKeys.Directory0, value0);
        var (second, secondDamage) = TryDecode(StatusKeys.Directory1, value1);
        if (firstDamage is null && secondDamage is null)
            return first is null || second?.Number > first.Number ? second : first;
        return (first ?? second) is { } sound
            ? sound.Copy(mayLackNewest: true)
            : throw new InvalidDataException(
                $"{(firstDamage ?? secondDamage)!.Message} There is no other directory, so no status of this shard can be found or "
                + "written. Restore one of both entries.",
                firstDamage ?? secondDamage);
    }

    private static (BlockDirectory?, InvalidDataException?) TryDecode(byte[] key, ReadOnlyMemory<byte>? value)
    {
        try
        {
            return (value is null ? null : Decode(key, value), null);
        }
        catch (InvalidDataException damage)
        {
            return (null, damage);
        }
    }

    private static BlockDirectory Decode(byte[] key, ReadOnlyMemory<byte>? value) => StoredValue.Read(key, value, body =>
    {
        var number = body.Number();
        var seed = BinaryPrimitives.ReadUInt128BigEndian(body.Bytes(16));
        var directory = new BlockDirectory(seed) { Number = number, Floor = body.Number() };
        for (var left = body.Count(); left > 0; left--)
        {
            var (block, first) = (body.Number(), body.Number());
            directory._blocks.Add(
                new BlockEntry(block, first, first + body.Number(), (int)body.Number(), body.Hash(), body.Byte()));
        }
        return body.AtEnd ? directory : throw new InvalidDataException("it has more bytes after its end");
    });

    private BlockDirectory Copy(bool mayLackNewest)
    {
        var copy = new BlockDirectory(Seed) { Number = Number, Floor = Floor, MayLackNewest = mayLackNewest };
        copy._blocks.AddRange(_blocks);
        return copy;
    }

    private static bool BelongsTo(long chapter, BlockEntry block) => chapter >= 0 && RowNumber.BlockOfChapter(chapter) == block.Number;
}
