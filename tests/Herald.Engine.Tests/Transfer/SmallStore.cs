using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Transfer;

namespace Herald.Engine.Tests.Transfer;

/// <summary>A store with a few items of every kind.</summary>
internal sealed class SmallStore : IStoreSource
{
    public UnreadItems Unread { get; } = new();

    public StoreShape Shape { get; init; } = new(77, 78, [new ShardShape(3, 5, 7, 1000, 3000, 6), new ShardShape(1, 1, 0, 0, 0, 0), new ShardShape(10, 10, 9, 0, 500, 10)]);

    /// <summary>The sequence of an event that the shape counts and the source does not copy, as with a defect.</summary>
    public long? Missing { get; init; }

    public async Task CopyAsync(IStoreTarget target, CancellationToken cancel)
    {
        await target.AddCatalogRecordAsync(new CatalogRecord("topic", "orders", 1, 0, 1, [0, 0, 0], Bytes(30)), cancel);
        await target.AddCatalogRecordAsync(new CatalogRecord("subscription", "gone", 3, 1, 4, [2, 0, 1], null), cancel);
        await target.AddProgressAsync(new ShardId(0), Bytes(20), cancel);
        await target.AddProgressAsync(new ShardId(0), Bytes(0), cancel);
        await target.AddRememberedAsync(new ShardId(0), Entry(3, 0), cancel);
        await target.AddRememberedAsync(new ShardId(0), Entry(4, 0), cancel);
        for (var sequence = 5; sequence <= 7; sequence++)
            if (sequence != Missing)
                await target.AddEventAsync(new ShardId(0), Entry(sequence, 100 * sequence), Bytes(100 * sequence), cancel);
        var reason = new DeadLetterReason("attempts-exhausted", "answered 500", 3, 500, 1, 2);
        await target.AddDeadLetterAsync(new DeadLetter(new DeadLetterId(new ShardId(0), 1, 2, 5), "billing", "orders", reason, Bytes(50)), cancel);
        await target.AddDeadLetterAsync(new DeadLetter(new DeadLetterId(new ShardId(2), 1, 2, 9), "ünïcode", "orders", reason with { StatusCode = null }, Bytes(0)), cancel);
        await target.AddStateAsync(new ShardId(1), "windows", Bytes(3), Bytes(9), cancel);
        await target.AddSourceAsync(new SourcePosition("kafka/a/b/7", 42), cancel);
        await target.AddHistoryAsync(new ShardId(0), new HistoryBlock(5, 7, 3000, Bytes(60)), cancel);
        await target.AddKeptKeyAsync(new ShardId(0), new KeptKey(0xFEDC_BA98_7654_3210, 2), cancel);
        await target.AddKeptEventAsync(new ShardId(0), Entry(2, 7), Bytes(7), cancel);
        await target.AddKeptEventAsync(new ShardId(0), Entry(4, 8), Bytes(8), cancel);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public static async Task<byte[]> ExportAsync(SmallStore store, CancellationToken cancel)
    {
        using var file = new MemoryStream();
        await using var writer = new ExportFileWriter(file);
        await StoreMove.RunAsync(store, writer, cancel);
        return file.ToArray();
    }

    private static IndexEntry Entry(long sequence, int size) =>
        new(sequence, sequence * 100, 0xFEDC_BA98_7654_3210, (ulong)sequence, new UInt128(ulong.MaxValue - 1, 2), 3, size, EventFlags.Keyed | EventFlags.Identified);

    private static byte[] Bytes(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 7))];
}
