using Herald.Engine.Sources;
using Herald.Engine.Stores;

namespace Herald.Brokers.Sinks;

/// <summary>
/// Makes the messages of a feed durable: in Herald's log (<see cref="LogSink"/>), or in a transaction of an application. The sink of an
/// application can save the positions together with the messages; then each message takes effect exactly once.
/// </summary>
/// <remarks>
/// One batch can be filled while the batch before it is saved. Batches are saved one after another. A message can come again, here or on
/// another node, until a position behind it is saved, and for a short time after that.
/// </remarks>
public interface IMessageSink
{
    /// <summary>Called once, before everything else.</summary>
    /// <exception cref="ArgumentException">The sink cannot work with the present settings.</exception>
    ValueTask StartAsync(CancellationToken cancel);

    /// <summary>The position that was saved last for a part of the feed, where reading begins.</summary>
    /// <returns>Null when the sink has none: reading then begins at the position that the broker, or Herald's store, has.</returns>
    /// <remarks>A Kafka topic that is deleted and created again has the same positions: they must be deleted in between.</remarks>
    ValueTask<long?> FindPositionAsync(string source, CancellationToken cancel);

    ISinkBatch Begin();
}

/// <summary>Messages on their way into a sink, in the order in which they are added. Not thread-safe.</summary>
public interface ISinkBatch : IDisposable
{
    int Count { get; }

    /// <summary>Bytes of memory that the messages use.</summary>
    int Bytes { get; }

    /// <summary>Adds a message. A message that the sink cannot understand must not cost the others.</summary>
    /// <param name="source">
    /// The name of the position that counts this message, or null for a message that comes at most once. A sink that keeps positions drops
    /// the message if its offset is below the saved position.
    /// </param>
    void Add(in SourceMessage message, string? source);

    /// <summary>Completes when all messages are durable, however many tries that needs.</summary>
    /// <param name="positions">
    /// For each part of the feed, the position after its last message in the batch. A sink that saves positions does so in the same
    /// transaction; others ignore them.
    /// </param>
    ValueTask<SourceTally> SaveAsync(IReadOnlyList<SourcePosition> positions, CancellationToken cancel);
}
