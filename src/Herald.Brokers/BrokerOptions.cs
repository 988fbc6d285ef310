using Herald.Engine.Basics;

namespace Herald.Brokers;

/// <summary>The options that all brokers share.</summary>
public abstract record BrokerOptions
{
    /// <summary>The group of all nodes that share a store, for sources that name no group.</summary>
    public abstract string Group { get; init; }

    [Setting("How many messages are appended together.", Least = "1", Most = "10000")]
    public int BatchEvents { get; init; } = 500;

    [Setting("How long a message waits for others although no append is in progress. At 0, it is appended at once.", Most = "10s")]
    public TimeSpan BatchWait { get; init; }

    [Setting("How many bytes are appended together; the last message can exceed them.", IsBytes = true, Least = "1KiB", Most = "64MiB")]
    public int BatchBytes { get; init; } = 4 << 20;

    [Setting("How long a stop, or a move to another node, waits until the messages that were read are durable.", Most = "4m")]
    public TimeSpan Handover { get; init; } = TimeSpan.FromSeconds(10);
}
