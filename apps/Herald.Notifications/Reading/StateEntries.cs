using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Notifications.Reading;

/// <summary>Reads the application's state entries of any shard, as the owners of the shards last saved them.</summary>
/// <param name="application">The full name of the application.</param>
internal sealed class StateEntries(IStateReader state, string application)
{
    /// <summary>The values by the index of the keys; null where there is none.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?[]> ReadAsync(IReadOnlyList<StateKey> keys, CancellationToken cancel)
    {
        if (keys.Count == 0)
            return [];
        var stored = await state.ReadAsync(application, keys, cancel);
        var values = new ReadOnlyMemory<byte>?[stored.Count];
        for (var at = 0; at < values.Length; at++)
            values[at] = stored[at] is { } value ? StateValue.Read(value) : (ReadOnlyMemory<byte>?)null;
        return values;
    }

    public ValueTask<ReadOnlyMemory<byte>?[]> ReadAsync(ShardId shard, IEnumerable<byte[]> keys, CancellationToken cancel) =>
        ReadAsync([.. keys.Select(key => new StateKey(shard, key))], cancel);
}
