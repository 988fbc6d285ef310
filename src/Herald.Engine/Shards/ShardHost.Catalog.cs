using Herald.Engine.Catalogs;
using Herald.Engine.Events;

namespace Herald.Engine.Shards;

/// <summary>What a shard must know of the catalog before it routes entries: it waits until its machine has it.</summary>
internal sealed partial class ShardHost
{
    /// <summary>Entries may have been accepted after a change of the catalog that this shard has not seen: it must see it before it routes them.</summary>
    private async ValueTask FollowCatalogAsync(long version)
    {
        if (_machine.Catalog.Version >= version)
            return;
        await _services.Cache.RefreshAsync(version);
        await UntilFollowedAsync(catalog => catalog.Version >= version);
    }

    /// <summary>Who the topics' events go to must be in memory, and stay there until they are taken.</summary>
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
            // Behind the taking, as before every sleep.
            _abort.Token.ThrowIfCancellationRequested();
            await _mailbox.Reader.WaitToReadAsync();
        }
    }
}
