using Herald.Engine.Stores;

namespace Herald.Engine.Looking;

/// <summary>Lists, redrives and discards dead letters; releases held keys.</summary>
public sealed class DeadLetterDesk
{
    /// <summary>The id users see: opaque, stable, <c>[A-Za-z0-9_-]</c>.</summary>
    public static string Format(DeadLetterId id) => $"dl_{id.Shard.Value}_{id.Subscription}_{id.Generation}_{id.Sequence}";

    public static bool TryParse(string text, out DeadLetterId id)
    {
        var parts = text.Split('_');
        id = default;
        if (parts.Length != 5 || parts[0] != "dl" || !int.TryParse(parts[1], out var shard) || !int.TryParse(parts[2], out var subscription)
            || !int.TryParse(parts[3], out var generation) || !long.TryParse(parts[4], out var sequence))
            return false;
        id = new(new ShardId(shard), subscription, generation, sequence);
        return true;
    }

    public ValueTask<DeadLetterPage> ListAsync(DeadLetterQuery query, CancellationToken cancel) => throw new InvalidOperationException();

    public ValueTask<DeadLetter?> FindAsync(DeadLetterId id, CancellationToken cancel) => throw new InvalidOperationException();

    /// <summary>Sends them again, at the end of their keys; returns how many there still were.</summary>
    public ValueTask<int> RedriveAsync(IReadOnlyList<DeadLetterId> ids, CancellationToken cancel) => throw new InvalidOperationException();

    /// <summary>All of a subscription, or all there are; in pages, so that memory stays bounded.</summary>
    public ValueTask<int> RedriveAllAsync(string? subscriptionId, CancellationToken cancel) => throw new InvalidOperationException();

    public ValueTask<int> DiscardAsync(IReadOnlyList<DeadLetterId> ids, CancellationToken cancel) => throw new InvalidOperationException();

    public ValueTask<int> DiscardAllAsync(string? subscriptionId, CancellationToken cancel) => throw new InvalidOperationException();
}
