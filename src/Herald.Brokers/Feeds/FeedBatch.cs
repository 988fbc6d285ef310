using System.Runtime.InteropServices;
using Herald.Brokers.Sinks;
using Herald.Engine.Sources;
using Herald.Engine.Stores;

namespace Herald.Brokers.Feeds;

/// <summary>Messages on their way into a sink, and the position at which each part of the feed continues after them.</summary>
public sealed class FeedBatch : IDisposable
{
    private readonly Dictionary<FeedPart, FeedMark> _marks = [];
    private readonly ISinkBatch _messages;

    internal FeedBatch(ISinkBatch messages) => _messages = messages;

    internal int Count => _messages.Count;
    internal int Bytes => _messages.Bytes;

    /// <param name="part">The part of the feed from which the message comes; null for a message that comes only once.</param>
    /// <param name="next">
    /// The position after the message. The last one counts, not the greatest: a topic that is created again starts from its beginning.
    /// </param>
    public void Add(in SourceMessage message, FeedPart? part = null, long next = 0, string? receipt = null)
    {
        _messages.Add(message, part?.Name);
        if (part is null)
            return;
        ref var mark = ref CollectionsMarshal.GetValueRefOrAddDefault(_marks, part, out _);
        mark = new(next, mark.Count + 1, receipt);
    }

    public void Dispose() => _messages.Dispose();

    /// <summary>Completes when the messages are durable. Only then does the feed learn their positions.</summary>
    internal async Task<SourceTally> SaveAsync(CancellationToken cancel)
    {
        var tally = await _messages.SaveAsync([.. _marks.Select(mark => new SourcePosition(mark.Key.Name, mark.Value.Next))], cancel);
        foreach (var (part, mark) in _marks)
            part.Keep(mark);
        return tally;
    }
}
