using Herald.Nats.JetStream;

namespace Herald.Nats.Sources;

/// <summary>What a stream delivers from one moment to the next in which something goes wrong, and where it is remembered how far that is done.</summary>
internal sealed record StreamReading(OrderedReader Reader, StreamPosition Position) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Reader.DisposeAsync();
}
