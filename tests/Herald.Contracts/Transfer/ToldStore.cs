using System.Globalization;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Transfer;

namespace Herald.Contracts.Transfer;

/// <summary>
/// Records everything that a store source reports, as lines by section, for comparison with another source. Items without an order of their
/// own are sorted: values of applications and sources, records of one catalog version, and dead letters and history of one moment.
/// </summary>
public sealed class ToldStore : IStoreTarget
{
    private readonly Dictionary<MoveSection, List<string>> _lines = [];

    public StoreShape? Shape { get; private set; }
    public bool IsComplete { get; private set; }

    public static async Task<ToldStore> OfAsync(IStoreSource source, CancellationToken cancel)
    {
        await using var told = new ToldStore();
        await StoreMove.RunAsync(source, told, cancel);
        return told;
    }

    public int Count(MoveSection section) => _lines.TryGetValue(section, out var lines) ? lines.Count : 0;

    public IReadOnlyList<string> Lines(MoveSection section)
    {
        if (!_lines.TryGetValue(section, out var lines))
            return [];
        return section is MoveSection.Progress or MoveSection.Remembered or MoveSection.Events ? lines : [.. lines.Order(StringComparer.Ordinal)];
    }

    public ValueTask BeginAsync(StoreShape shape, CancellationToken cancel)
    {
        Shape = shape;
        return ValueTask.CompletedTask;
    }

    public ValueTask AddCatalogRecordAsync(CatalogRecord record, CancellationToken cancel) =>
        Add(MoveSection.Catalog, $"{record.Version:D6} {record.Kind} {record.Id} [{string.Join(' ', record.Heads)}] {(record.Body is { } body ? Text(body) : "removed")}");

    public ValueTask AddProgressAsync(ShardId shard, ReadOnlyMemory<byte> record, CancellationToken cancel) => Add(MoveSection.Progress, $"{shard} {Text(record)}");

    public ValueTask AddRememberedAsync(ShardId shard, IndexEntry index, CancellationToken cancel) => Add(MoveSection.Remembered, $"{shard} {index}");

    public ValueTask AddEventAsync(ShardId shard, IndexEntry index, ReadOnlyMemory<byte> record, CancellationToken cancel) =>
        Add(MoveSection.Events, $"{shard} {index} {Text(record)}");

    public ValueTask AddDeadLetterAsync(DeadLetter letter, CancellationToken cancel) =>
        Add(MoveSection.DeadLetters, string.Create(CultureInfo.InvariantCulture, $"{letter.Reason.DiedAtMs} {letter.Id} {letter.SubscriptionId} {letter.Topic} {letter.Reason} {Text(letter.Record)}"));

    public ValueTask AddStateAsync(ShardId shard, string application, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, CancellationToken cancel) =>
        Add(MoveSection.State, $"{shard} {application} {Text(key)} {Text(value)}");

    public ValueTask AddSourceAsync(SourcePosition position, CancellationToken cancel) => Add(MoveSection.Sources, position.ToString());

    public ValueTask AddHistoryAsync(ShardId shard, HistoryBlock block, CancellationToken cancel) =>
        Add(MoveSection.History, string.Create(CultureInfo.InvariantCulture, $"{block.WrittenAtMs} {shard} {block.First} {block.Last} {Text(block.Block)}"));

    public ValueTask AddKeptKeyAsync(ShardId shard, KeptKey key, CancellationToken cancel) => Add(MoveSection.KeptKeys, $"{shard} {key}");

    public ValueTask AddKeptEventAsync(ShardId shard, IndexEntry index, ReadOnlyMemory<byte> record, CancellationToken cancel) =>
        Add(MoveSection.KeptEvents, $"{shard} {index} {Text(record)}");

    public ValueTask CompleteAsync(CancellationToken cancel)
    {
        IsComplete = true;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ValueTask Add(MoveSection section, string line)
    {
        if (!_lines.TryGetValue(section, out var lines))
            _lines.Add(section, lines = []);
        lines.Add(line);
        return ValueTask.CompletedTask;
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Convert.ToHexString(bytes.Span);
}
