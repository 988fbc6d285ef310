using Herald.Engine.Catalogs;
using Herald.Engine.Events;

namespace Herald.Engine.Shards;

/// <summary>Makes the loop wait until its machine knows enough of the catalog to route entries.</summary>
internal sealed partial class ShardHost
{
    /// <summary>
    /// Entries may have been accepted after a catalog change that this shard does not know. The machine must follow it before it routes
    /// them.
    /// </summary>
    private async ValueTask FollowCatalogAsync(long version)
    {
        if (_machine.Catalog.Version >= version)
            return;
        await _services.Cache.RefreshAsync(version);
        await UntilFollowedAsync(catalog => catalog.Version >= version);
    }

    /// <summary>Loads and holds the topics of the entries. They must stay in memory until the machine has taken the entries.</summary>
    private async ValueTask HoldTopicsAsync(ReadOnlyMemory<IndexEntry> entries)
    {
        if (FindMissing(entries.Span) is not { } missing)
            return;
        var edition = await _services.Cache.HoldAsync(missing, _holds, _abort.Token);
        await UntilFollowedAsync(catalog => catalog.Edition >= edition);
    }

    private HashSet<int>? FindMissing(ReadOnlySpan<IndexEntry> entries)
    {
        var (last, missing) = (0, default(HashSet<int>));
        foreach (ref readonly var entry in entries)
        {
            if (entry.Topic == last)
                continue;
            last = entry.Topic;
            if (!_holds.TryAdd(last, _machine.Catalog))
                (missing ??= []).Add(last);
        }
        return missing;
    }

    private async ValueTask UntilFollowedAsync(Func<CatalogSnapshot, bool> followed)
    {
        while (!followed(_machine.Catalog))
        {
            TakeMessages();
            if (followed(_machine.Catalog))
                return;
            // Checked after the messages were taken, as before every sleep: the wake-up of an abort may have been among them.
            _abort.Token.ThrowIfCancellationRequested();
            await _mailbox.Reader.WaitToReadAsync();
        }
    }
}
