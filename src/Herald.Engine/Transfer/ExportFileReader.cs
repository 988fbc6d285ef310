using System.Diagnostics;
using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Engine.Transfer;

/// <summary>
/// Reads a store from a file. Only the end of the file shows that it is complete: a target must not be completed before
/// <see cref="CopyAsync"/> has returned.
/// </summary>
public sealed class ExportFileReader : IStoreSource
{
    private readonly Stream _file;
    private readonly byte[] _header = new byte[ExportFile.HeaderLength];
    private byte[] _items = new byte[ExportFile.UsualFrame];
    private MoveSection? _section;
    private long _offset, _nextOffset;

    private ExportFileReader(Stream file) => _file = file;

    /// <summary>Always empty: a file is read completely or refused.</summary>
    public UnreadItems Unread { get; } = new();

    public StoreShape Shape { get; private set; } = null!;
    public MoveTally Tally { get; private set; } = null!;

    /// <summary>Bytes of the file that have been read.</summary>
    public long Bytes => Volatile.Read(ref _nextOffset);

    /// <summary>Reads the header and the shape.</summary>
    /// <exception cref="ExportFileException">The file is not an export, is damaged, or has another format.</exception>
    public static async Task<ExportFileReader> OpenAsync(Stream file, CancellationToken cancel)
    {
        var reader = new ExportFileReader(file);
        var length = await file.ReadAtLeastAsync(reader._header, ExportFile.HeaderLength, throwOnEndOfStream: false, cancel);
        var header = new FieldReader(reader._header);
        if (length < ExportFile.HeaderLength || header.ULong() != ExportFile.Magic)
            throw ExportFileException.NotOne();
        // Checked before any checksum, because another format may use other checksums.
        if (header.Int() is var format && format != ExportFile.Format)
            throw ExportFileException.Unknown(format);
        reader.Parse(await reader.ReadItemsAsync(header, cancel), items => reader.Shape = StoreItems.ReadShape(items));
        reader.Tally = new MoveTally(reader.Shape);
        return reader;
    }

    public async Task CopyAsync(IStoreTarget target, CancellationToken cancel)
    {
        while (await ReadFrameAsync(cancel) is var (count, items))
        {
            for (; count > 0; count--)
                await CopyItemAsync(items, target, cancel);
            if (!items.IsAtEnd)
                throw Damaged("a frame contains more than its items");
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Null once the end has been read and nothing is missing.</summary>
    private async Task<(int Count, FieldReader Items)?> ReadFrameAsync(CancellationToken cancel)
    {
        _offset = _nextOffset;
        if (await _file.ReadAtLeastAsync(_header, ExportFile.HeaderLength, throwOnEndOfStream: false, cancel) < ExportFile.HeaderLength)
            throw Damaged("the file ends too early");
        var header = new FieldReader(_header);
        if (header.UInt() != ExportFile.FrameMagic)
            throw Damaged("no frame begins here");
        var (section, count) = ((MoveSection)header.Int(), header.Int());
        var items = await ReadItemsAsync(header, cancel);
        _section = section;
        if (section is < MoveSection.Catalog or > MoveSection.End)
            throw Damaged($"there is no section {(int)section}");
        if (section < MoveSection.End)
            return (count, items);
        Parse(items, CheckEnd);
        if (await _file.ReadAtLeastAsync(_header, 1, throwOnEndOfStream: false, cancel) > 0)
            throw Damaged("there are bytes after the end");
        return null;
    }

    /// <summary>Reads the items that follow a header. The caller has read all of the header except the length and the checksums.</summary>
    private async Task<FieldReader> ReadItemsAsync(FieldReader header, CancellationToken cancel)
    {
        var (length, checksum, ofHeader) = (header.Int(), header.UInt(), header.UInt());
        if (ofHeader != Crc32C.Of(_header.AsSpan(0, ExportFile.ChecksumAt)) || length is < 0 or > ExportFile.MaxFrame)
            throw Damaged("the checksum of a header does not match");
        if (_items.Length < length)
            _items = new byte[length];
        if (await _file.ReadAtLeastAsync(_items.AsMemory(0, length), length, throwOnEndOfStream: false, cancel) < length)
            throw Damaged("the file ends too early");
        if (checksum != Crc32C.Of(_items.AsSpan(0, length)))
            throw Damaged("the checksum of a frame does not match");
        Volatile.Write(ref _nextOffset, _offset + ExportFile.HeaderLength + length);
        return new FieldReader(_items.AsMemory(0, length));
    }

    private async ValueTask CopyItemAsync(FieldReader items, IStoreTarget target, CancellationToken cancel)
    {
        try
        {
            await CopyItemAsync(_section!.Value, items, target, cancel);
        }
        catch (InvalidDataException wrong)
        {
            throw Damaged(wrong.Message);
        }
    }

    private ValueTask CopyItemAsync(MoveSection section, FieldReader items, IStoreTarget target, CancellationToken cancel)
    {
        var shards = Shape.Shards.Count;
        if (section is MoveSection.Remembered or MoveSection.Events)
        {
            var (shard, index) = (items.Shard(shards), items.Index());
            Tally.Add(section, shard, index.Sequence);
            return section == MoveSection.Events
                ? target.AddEventAsync(shard, index, items.Sized(), cancel)
                : target.AddRememberedAsync(shard, index, cancel);
        }
        Tally.Add(section);
        return section switch
        {
            MoveSection.Catalog => target.AddCatalogRecordAsync(StoreItems.ReadCatalogRecord(items, shards), cancel),
            MoveSection.Progress => target.AddProgressAsync(items.Shard(shards), items.Sized(), cancel),
            MoveSection.DeadLetters => target.AddDeadLetterAsync(StoreItems.ReadDeadLetter(items, shards), cancel),
            MoveSection.State => target.AddStateAsync(items.Shard(shards), items.Text(), items.Sized(), items.Sized(), cancel),
            MoveSection.Sources => target.AddSourceAsync(new SourcePosition(items.Text(), items.Long()), cancel),
            MoveSection.History => target.AddHistoryAsync(
                items.Shard(shards), new HistoryBlock(items.Long(), items.Long(), items.Long(), items.Sized()), cancel),
            MoveSection.KeptKeys => target.AddKeptKeyAsync(items.Shard(shards), new KeptKey(items.ULong(), items.Long()), cancel),
            MoveSection.KeptEvents => target.AddKeptEventAsync(items.Shard(shards), items.Index(), items.Sized(), cancel),
            // Remembered and Events are copied above; End is handled where the frame is read.
            MoveSection.Remembered or MoveSection.Events or MoveSection.End => throw new UnreachableException($"{section}"),
            // The number comes from the file and may be any.
            _ => throw new InvalidDataException($"There is no section {(int)section}."),
        };
    }

    private void CheckEnd(FieldReader counts)
    {
        for (var section = MoveSection.Catalog; section < MoveSection.End; section++)
            if (counts.Long() is var written && written != Tally[section])
                throw new InvalidDataException($"section {section} has {Tally[section]} items, but {written} were written");
        Tally.CheckComplete();
    }

    private void Parse(FieldReader items, Action<FieldReader> read)
    {
        try
        {
            read(items);
        }
        catch (InvalidDataException wrong)
        {
            throw Damaged(wrong.Message);
        }
    }

    private ExportFileException Damaged(string what) => ExportFileException.Damaged(_section, _offset, what);
}
