using Herald.Nats.JetStream;

namespace Herald.Nats.Sources;

/// <summary>One reading of a stream, until anything unexpected happens, and the position that is saved for it.</summary>
internal sealed record StreamReading(OrderedReader Reader, StreamPosition Position) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Reader.DisposeAsync();
}
