using Herald.Engine.Channels;
using Herald.TestKit.Time;

namespace Herald.Contracts.Channels;

/// <summary>A channel and a receiver of its kind that the suite can steer.</summary>
public abstract class ChannelHarness : IAsyncDisposable
{
    public ManualClock Clock { get; } = new();

    /// <summary>Measures time with <see cref="Clock"/>.</summary>
    public abstract IChannel Channel { get; }

    /// <summary>Where the receiver is.</summary>
    public abstract Uri Endpoint { get; }

    /// <summary>Where nobody answers, at once.</summary>
    public abstract Uri UnreachableEndpoint { get; }

    /// <summary>An endpoint of this channel's scheme that it must not take.</summary>
    public abstract Uri ImpossibleEndpoint { get; }

    /// <summary>The largest payload receivers of this kind take.</summary>
    public abstract int LargestPayload { get; }

    public abstract void Behave(ReceiverMood mood);

    /// <summary>The next message the receiver got: what it was called, and its payload.</summary>
    public abstract Task<(string MessageId, byte[] Payload)> NextAsync(CancellationToken cancel);

    public abstract ValueTask DisposeAsync();
}

public enum ReceiverMood
{
    Accepting,

    /// <summary>Takes the message, and says that it has failed.</summary>
    Failing,

    /// <summary>Takes the message, and never says a word.</summary>
    Hanging,
}
