using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Engine.Applications;

/// <summary>
/// An application's state in one shard, as the last batch left it. It contains everything that is not durable yet, and what was read or
/// written lately, up to a bound.
/// </summary>
/// <remarks>
/// There are two generations. An entry that is used moves to the young one. When the young one is full, the old one is dropped and the
/// young one becomes the old one. That happens only when all batches except the last are durable, and the last batch's state is in the
/// young one. So everything dropped is in the store.
/// </remarks>
/// <param name="application">Its full name.</param>
internal sealed class StateCache(IStateReader store, ShardId shard, string application, long maxBytes)
{
    // Bytes of a dictionary entry and two arrays, besides their content.
    private const int Overhead = 96;

    private Dictionary<byte[], ReadOnlyMemory<byte>?> _young = new(KeyComparer.Instance), _old = new(KeyComparer.Instance);
    private long _youngBytes;

    public long Bytes { get; private set; }

    /// <summary>May be called only when all batches except the last are durable.</summary>
    public void MakeRoom()
    {
        if (_youngBytes <= maxBytes / 2)
            return;
        (_old, _young) = (_young, _old);
        _young.Clear();
        (Bytes, _youngBytes) = (_youngBytes, 0);
    }

    /// <returns>False when the value must be read from the store.</returns>
    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte>? value)
    {
        if (_young.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out value))
            return true;
        if (!_old.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var kept, out value))
            return false;
        Set(kept, value);
        return true;
    }

    public void Set(byte[] key, ReadOnlyMemory<byte>? value)
    {
        var bytes = Overhead + key.Length + (value?.Length ?? 0);
        var before = _young.TryGetValue(key, out var there) ? Overhead + key.Length + (there?.Length ?? 0) : 0;
        _young[key] = value;
        _youngBytes += bytes - before;
        Bytes += bytes - before;
    }

    /// <summary>Reads values from the store.</summary>
    /// <param name="damaged">Called with each key whose value cannot be read. The other values are loaded.</param>
    public async ValueTask LoadAsync(
        IReadOnlyCollection<byte[]> keys, Action<byte[], InvalidDataException> damaged, CancellationToken cancel)
    {
        if (keys.Count == 0)
            return;
        try
        {
            await LoadAsync(keys, cancel);
        }
        catch (InvalidDataException) when (keys.Count > 1)
        {
            foreach (var key in keys)
                await LoadAsync([key], damaged, cancel);
        }
        catch (InvalidDataException damage)
        {
            damaged(keys.First(), damage);
        }
    }

    private async ValueTask LoadAsync(IReadOnlyCollection<byte[]> keys, CancellationToken cancel)
    {
        var asked = new StateKey[keys.Count];
        var at = 0;
        foreach (var key in keys)
            asked[at++] = new StateKey(shard, key);
        var values = await store.ReadAsync(application, asked, cancel);
        at = 0;
        foreach (var key in keys)
            Set(key, values[at++] is { } stored ? StateValue.Read(stored) : (ReadOnlyMemory<byte>?)null);
    }
}
