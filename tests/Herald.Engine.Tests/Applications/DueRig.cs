using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Engine.Tests.Applications;

/// <summary>A list of timers over the engine's own batches and a state in memory.</summary>
internal sealed class DueRig : IStateReader
{
    private static readonly ShardId Shard = new(3);

    private ApplicationBatch _batch = null!;
    private DueList _list = new();

    public DueRig() => Restart();

    /// <summary>The stored state by the key in hexadecimal digits.</summary>
    public SortedDictionary<string, byte[]> State { get; } = new(StringComparer.Ordinal);

    public IEnumerable<byte[]> Leaves => State.Where(entry => entry.Key.StartsWith("77", StringComparison.Ordinal)).Select(entry => entry.Value);

    public byte[]? Root => State.GetValueOrDefault(KeyOf("W"u8));

    /// <summary>When set before a <see cref="Restart"/>: damaged leaves are told here, and cost their own timers.</summary>
    public List<string>? Lost { get; set; }

    /// <summary>For each call of the store, how many keys it asked for.</summary>
    public List<int> Reads { get; } = [];

    /// <summary>Bytes that the last saved batch has written.</summary>
    public long Written { get; private set; }

    public static string KeyOf(ReadOnlySpan<byte> key) => Convert.ToHexString(key);

    /// <summary>The application and its memory are gone; the state stays.</summary>
    public void Restart()
    {
        _batch = new ApplicationBatch(Shard, "app", new StateCache(this, Shard, "app", long.MaxValue), null!, null!);
        _list = Lost is null ? new DueList() : new DueList(Lost.Add);
    }

    public async Task<T> InBatchAsync<T>(Func<DueList, Task<T>> work, bool fails = false)
    {
        _batch.Begin([], 0);
        _list.Begin(_batch);
        var result = await work(_list);
        if (fails)
            return result;
        _list.Save();
        var changes = _batch.Take(1);
        Written = changes.State.Sum(write => write.Key.Length + (write.Value?.Length ?? 0L));
        foreach (var write in changes.State)
        {
            if (write.Value is { } value)
                State[KeyOf(write.Key.Span)] = StateValue.Read(value).ToArray();
            else
                State.Remove(KeyOf(write.Key.Span));
        }
        return result;
    }

    public Task<long?> AddAsync(params IReadOnlyList<Due> dues) => InBatchAsync(async list =>
    {
        await list.AddAsync(dues, default);
        return list.NextAtMs;
    });

    public Task<IReadOnlyList<Due>> TakeAsync(long nowMs, int most = int.MaxValue) =>
        InBatchAsync(async list => await list.TakeAsync(nowMs, most, default));

    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
        string application, IReadOnlyList<StateKey> keys, CancellationToken cancel)
    {
        Reads.Add(keys.Count);
        return new([.. keys.Select(key => State.TryGetValue(KeyOf(key.Key.Span), out var value)
            ? StateValue.Store(value) : (ReadOnlyMemory<byte>?)null)]);
    }

    public ValueTask<IReadOnlyList<HistoryBlock>> ReadHistoryAsync(ShardId shard, long sequence, CancellationToken cancel) =>
        throw new NotSupportedException();
}
