using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Engine.Transfer;

/// <summary>
/// Writes a store into a file (<see cref="ExportFile"/>). The stream belongs to the caller, who must make it durable after
/// <see cref="CompleteAsync"/>.
/// </summary>
public sealed class ExportFileWriter(Stream file) : IStoreTarget
{
    private readonly FieldWriter _items = new(), _header = new();
    private MoveTally? _tally;
    private MoveSection _section = MoveSection.Catalog;
    private int _count;

    /// <summary>Counts of what has been written so far; null before the beginning.</summary>
    public MoveTally? Tally => Volatile.Read(ref _tally);

    public async ValueTask BeginAsync(StoreShape shape, CancellationToken cancel)
    {
        Volatile.Write(ref _tally, new MoveTally(shape));
        StoreItems.Write(_items, shape);
        _header.Add(ExportFile.Magic);
        _header.Add(ExportFile.Format);
        await WriteAsync(cancel);
    }

    public async ValueTask AddCatalogRecordAsync(CatalogRecord record, CancellationToken cancel)
    {
        await TurnToAsync(MoveSection.Catalog, cancel);
        _tally!.Add(MoveSection.Catalog);
        StoreItems.Write(_items, record);
    }

    public async ValueTask AddProgressAsync(ShardId shard, ReadOnlyMemory<byte> record, CancellationToken cancel)
    {
        await TurnToAsync(MoveSection.Progress, cancel);
        _tally!.Add(MoveSection.Progress);
        _items.Add(shard.Value);
        _items.Add(record.Span);
    }

    public async ValueTask AddRememberedAsync(ShardId shard, IndexEntry index, CancellationToken cancel)
    {
        await TurnToAsync(MoveSection.Remembered, cancel);
        _tally!.Add(MoveSection.Remembered, shard, index.Sequence);
        _items.Add(shard.Value);
        _items.Add(index);
    }

    public async ValueTask AddEventAsync(ShardId shard, IndexEntry index, ReadOnlyMemory<byte> record, CancellationToken cancel)
    {
        await TurnToAsync(MoveSection.Events, cancel);
        _tally!.Add(MoveSection.Events, shard, index.Sequence);
        _items.Add(shard.Value);
        _items.Add(index);
        _items.Add(record.Span);
    }

    public async ValueTask AddDeadLetterAsync(DeadLetter letter, CancellationToken cancel)
    {
        await TurnToAsync(MoveSection.DeadLetters, cancel);
        _tally!.Add(MoveSection.DeadLetters);
        StoreItems.Write(_items, letter);
    }

    public async ValueTask AddStateAsync(
        ShardId shard, string application, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, CancellationToken cancel)
    {
        await TurnToAsync(MoveSection.State, cancel);
        _tally!.Add(MoveSection.State);
        _items.Add(shard.Value);
        _items.Add(application);
        _items.Add(key.Span);
        _items.Add(value.Span);
    }

    public async ValueTask AddSourceAsync(SourcePosition position, CancellationToken cancel)
    {
        await TurnToAsync(MoveSection.Sources, cancel);
        _tally!.Add(MoveSection.Sources);
        _items.Add(position.Source);
        _items.Add(position.Position);
    }

    public async ValueTask AddHistoryAsync(ShardId shard, HistoryBlock block, CancellationToken cancel)
    {
        await TurnToAsync(MoveSection.History, cancel);
        _tally!.Add(MoveSection.History);
        _items.Add(shard.Value);
        _items.Add(block.First);
        _items.Add(block.Last);
        _items.Add(block.WrittenAtMs);
        _items.Add(block.Block.Span);
    }

    public async ValueTask AddKeptKeyAsync(ShardId shard, KeptKey key, CancellationToken cancel)
    {
        await TurnToAsync(MoveSection.KeptKeys, cancel);
        _tally!.Add(MoveSection.KeptKeys);
        _items.Add(shard.Value);
        _items.Add(key.KeyHash);
        _items.Add(key.From);
    }

    public async ValueTask AddKeptEventAsync(ShardId shard, IndexEntry index, ReadOnlyMemory<byte> record, CancellationToken cancel)
    {
        await TurnToAsync(MoveSection.KeptEvents, cancel);
        _tally!.Add(MoveSection.KeptEvents);
        _items.Add(shard.Value);
        _items.Add(index);
        _items.Add(record.Span);
    }

    public async ValueTask CompleteAsync(CancellationToken cancel)
    {
        _tally!.CheckComplete();
        await TurnToAsync(MoveSection.End, cancel);
        for (var section = MoveSection.Catalog; section < MoveSection.End; section++)
            _items.Add(_tally[section]);
        await WriteFrameAsync(cancel);
        await file.FlushAsync(cancel);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Called before each item. Writes the gathered items as a frame when they are enough, or when the section changes.</summary>
    private async ValueTask TurnToAsync(MoveSection section, CancellationToken cancel)
    {
        if (_count > 0 && (section != _section || _items.Length >= ExportFile.UsualFrame))
            await WriteFrameAsync(cancel);
        _section = section;
        _count++;
    }

    private async ValueTask WriteFrameAsync(CancellationToken cancel)
    {
        _header.Add(ExportFile.FrameMagic);
        _header.Add((int)_section);
        _header.Add(_count);
        await WriteAsync(cancel);
        _count = 0;
    }

    /// <summary>Completes the header with the fields that all headers have, and writes it with the items.</summary>
    private async ValueTask WriteAsync(CancellationToken cancel)
    {
        _header.Add(_items.Length);
        _header.Add(Crc32C.Of(_items.Bytes.Span));
        _header.Add(Crc32C.Of(_header.Bytes.Span));
        await file.WriteAsync(_header.Bytes, cancel);
        await file.WriteAsync(_items.Bytes, cancel);
        _header.Clear();
        _items.Clear();
    }
}
