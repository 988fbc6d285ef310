using System.Runtime.CompilerServices;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Inspection;

/// <summary>The events of a topic as they are accepted, from the logs of all shards.</summary>
internal sealed class TopicTail(IEventLog log, EventFinder events)
{
    private const int PieceSize = 256;

    /// <summary>Begins a tail: when it returns, the enumerable, which must be enumerated, contains every event that is accepted later.</summary>
    public async ValueTask<IAsyncEnumerable<TailedEvent>> BeginAsync(Topic topic, CancellationToken cancel)
    {
        var follower = new LogFollower(log, PieceSize, readsUnreported: true);
        try
        {
            await follower.StartAsync(null, cancel);
            return ReadAsync(follower, topic, cancel);
        }
        catch
        {
            follower.Dispose();
            throw;
        }
    }

    private async IAsyncEnumerable<TailedEvent> ReadAsync(
        LogFollower started, Topic topic, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var follower = started;
        while (true)
        {
            await foreach (var piece in follower.ReadAsync(cancel))
            {
                for (var i = 0; i < piece.Entries.Length; i++)
                {
                    var entry = piece.Entries.Span[i];
                    if (entry.Topic == topic.Number && (entry.Flags & (EventFlags.Addressed | EventFlags.Rejected)) == 0
                        && await events.ReadAsync(piece.Shard, entry.Sequence, cancel) is { } view)
                        yield return new TailedEvent(piece.Shard.Value, entry.Sequence, view);
                }
            }
            await follower.WaitAsync(cancel);
        }
    }
}
