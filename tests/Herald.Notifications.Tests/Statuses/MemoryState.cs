using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Notifications.Statuses;

namespace Herald.Notifications.Tests.Statuses;

/// <summary>Application state of several shards in memory, which notes each call.</summary>
internal sealed class MemoryState : IStateReader
{
    private readonly Dictionary<(int Shard, string Key), byte[]> _values = [];

    /// <summary>The names of the keys of each call.</summary>
    public List<string[]> Calls { get; } = [];

    public Action? BeforeRead { get; set; }

    /// <summary>Entries that the store itself cannot read.</summary>
    public List<(int Shard, byte[] Key)> Unreadable { get; } = [];

    public IEnumerable<string> NamesOf(int shard) =>
        _values.Keys.Where(key => key.Shard == shard).Select(key => StatusKeys.Name(Convert.FromHexString(key.Key)));

    public long BytesOf(int shard) => _values.Where(entry => entry.Key.Shard == shard).Sum(entry => (long)entry.Value.Length);

    public byte[]? this[int shard, byte[] key]
    {
        get => _values.GetValueOrDefault((shard, Convert.ToHexString(key)));
        set
        {
            if (value is null)
                _values.Remove((shard, Convert.ToHexString(key)));
            else
                _values[(shard, Convert.ToHexString(key))] = value;
        }
    }

    public void Apply(int shard, IEnumerable<StateWrite> writes)
    {
        foreach (var write in writes)
            this[shard, write.Key.ToArray()] = write.Value is { } value ? StateValue.Read(value).ToArray() : null;
    }

    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
        string application, IReadOnlyList<StateKey> keys, CancellationToken cancel)
    {
        BeforeRead?.Invoke();
        if (keys.Any(key => Unreadable.Exists(one => one.Shard == key.Shard.Value && key.Key.Span.SequenceEqual(one.Key))))
            throw new InvalidDataException("The log of this test is damaged.");
        Calls.Add([.. keys.Select(key => StatusKeys.Name(key.Key.Span))]);
        return new([.. keys.Select(key => this[key.Shard.Value, key.Key.ToArray()] is { } value
            ? StateValue.Store(value) : (ReadOnlyMemory<byte>?)null)]);
    }

    public ValueTask<IReadOnlyList<HistoryBlock>> ReadHistoryAsync(ShardId shard, long sequence, CancellationToken cancel) =>
        throw new NotSupportedException();
}
