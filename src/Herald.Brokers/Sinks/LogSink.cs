using Herald.Engine.Sources;
using Herald.Engine.Stores;

namespace Herald.Brokers.Sinks;

/// <summary>Appends messages to Herald's log. It keeps no positions: messages that come again are recognised by their ids.</summary>
public sealed class LogSink(SourceIntake intake) : IMessageSink
{
    public ValueTask StartAsync(CancellationToken cancel) => intake.StartAsync(cancel);

    public ValueTask<long?> FindPositionAsync(string source, CancellationToken cancel) => default;

    public ISinkBatch Begin() => new Batch(intake.Begin());

    private sealed class Batch(SourceBatch events) : ISinkBatch
    {
        public int Count => events.Count;
        public int Bytes => events.Bytes;

        public void Add(in SourceMessage message, string? source) => events.Add(message);

        public ValueTask<SourceTally> SaveAsync(IReadOnlyList<SourcePosition> positions, CancellationToken cancel) =>
            events.PublishAsync(cancel);

        public void Dispose() => events.Dispose();
    }
}
