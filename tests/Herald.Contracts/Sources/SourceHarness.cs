using Herald.Brokers.Sinks;
using Herald.Brokers.Sources;
using Herald.Engine;

namespace Herald.Contracts.Sources;

/// <summary>A broker, and a topic or a stream of it that is empty at the beginning.</summary>
public abstract class SourceHarness : IAsyncDisposable
{
    /// <summary>Makes a source that reads all messages into <see cref="SourceNode.Topic"/>. All sources have the same group.</summary>
    public abstract BrokerSource Create(SourceShape shape);

    /// <summary>Sends messages, and repeats each until the broker has taken it. Those of a key are sent in their order.</summary>
    public abstract Task SendAsync(IReadOnlyList<SentMessage> messages);

    /// <summary>The number of messages before the saved positions.</summary>
    public abstract Task<long> CountSavedAsync(SourceNode node);

    /// <summary>Kills the broker, and starts it again with its data. Only for a harness with a broker of its own.</summary>
    public abstract Task RestartBrokerAsync();

    public abstract ValueTask DisposeAsync();
}

/// <summary>What is unusual about a source.</summary>
public sealed record SourceShape
{
    public int BatchEvents { get; init; } = 100;
    public int BatchBytes { get; init; } = 4 << 20;
    public TimeSpan Handover { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Null for Herald's log.</summary>
    public Func<HeraldEngine, IMessageSink>? SinkOf { get; init; }
}

/// <summary>A message for the broker, with an id in the header that its senders use.</summary>
public sealed record SentMessage(string Key, byte[] Payload, string Id);
