using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.StoreBench.Load;

/// <summary>Reads a whole log, and checks that it holds every event that was sent, once, unchanged, and in order per key.</summary>
internal sealed class ReadBack(IReadOnlyList<long> sent) : IEventSink
{
    private const int AtOnce = 1000;

    private readonly BenchEvent[] _events = [.. sent.Select((_, writer) => new BenchEvent(writer))];
    private readonly long[] _read = new long[sent.Count];
    private readonly long[] _lastOfKey = [.. Enumerable.Repeat(-1L, sent.Count * BenchEvent.KeysOfWriter)];

    /// <returns>How many events were read.</returns>
    /// <exception cref="StoreBenchException">An event is missing, changed, repeated, or out of order.</exception>
    public static async Task<long> CheckAsync(IEventLog log, IReadOnlyList<long> sent, CancellationToken cancel)
    {
        var check = new ReadBack(sent);
        for (var shard = 0; shard < log.ShardCount; shard++)
            await check.ReadAsync(log, new ShardId(shard), cancel);
        for (var writer = 0; writer < sent.Count; writer++)
            if (check._read[writer] != sent[writer])
                throw new StoreBenchException($"Writer {writer} sent {sent[writer]} events, and {check._read[writer]} were read back.");
        return check._read.Sum();
    }

    public void OnEvent(long sequence, ReadOnlySpan<byte> record)
    {
        var view = new EventView(record.ToArray());
        if (!view.IsWellFormed() || BenchEvent.Parse(view.Id) is not { } place || place.Writer >= sent.Count || place.Number >= sent[place.Writer])
            throw new StoreBenchException($"Sequence {sequence} holds an event that was not sent.");
        var expected = _events[place.Writer].Draft(place.Number);
        if (!view.Key.SequenceEqual(expected.Key) || !view.Payload.Span.SequenceEqual(expected.Payload))
            throw new StoreBenchException($"The event {view.IdText} was changed.");
        // Numbers of a key that only ascend are not repeated either. So if there are as many as were sent, none is missing.
        ref var last = ref _lastOfKey[(place.Writer * BenchEvent.KeysOfWriter) + BenchEvent.KeyOf(place.Number)];
        if (place.Number <= last)
            throw new StoreBenchException($"The event {view.IdText} comes after number {last} of its key.");
        last = place.Number;
        _read[place.Writer]++;
    }

    public void OnDamaged(long sequence, string damage) => throw new StoreBenchException($"Sequence {sequence} is damaged: {damage}");

    private async Task ReadAsync(IEventLog log, ShardId shard, CancellationToken cancel)
    {
        var page = new IndexEntry[AtOnce];
        var sequences = new long[AtOnce];
        var last = (await log.BoundsAsync(shard, cancel)).Last;
        for (var next = 1L; next <= last;)
        {
            cancel.ThrowIfCancellationRequested();
            var count = (await log.ReadIndexAsync(shard, next, page, cancel)).Count;
            for (var i = 0; i < count; i++)
                if ((sequences[i] = page[i].Sequence) != next + i)
                    throw new StoreBenchException($"Shard {shard} has a gap at sequence {next + i}.");
            if (count == 0)
                throw new StoreBenchException($"Shard {shard} ends at sequence {next - 1}, and its bound is {last}.");
            await log.ReadEventsAsync(shard, sequences.AsMemory(0, count), this, cancel);
            next += count;
        }
    }
}
