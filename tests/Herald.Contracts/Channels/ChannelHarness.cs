using Herald.Engine.Channels;
using Herald.TestKit.Time;

namespace Herald.Contracts.Channels;

/// <summary>A channel, and a receiver of its kind that the suite can control.</summary>
public abstract class ChannelHarness : IAsyncDisposable
{
    public ManualClock Clock { get; } = new();

    /// <summary>The channel under test. It measures time with <see cref="Clock"/>.</summary>
    public abstract IChannel Channel { get; }

    /// <summary>The receiver's endpoint.</summary>
    public abstract Uri Endpoint { get; }

    /// <summary>An endpoint where no receiver listens, so that an attempt fails at once.</summary>
    public abstract Uri UnreachableEndpoint { get; }

    /// <summary>An endpoint of this channel's scheme that the channel must refuse.</summary>
    public abstract Uri ImpossibleEndpoint { get; }

    /// <summary>The largest payload that receivers of this kind accept.</summary>
    public abstract int LargestPayload { get; }

    /// <summary>
    /// The payload of an event that brings these bytes to the receiver. Channels that read messages need them inside of one, for example
    /// by <see cref="PayloadText"/>.
    /// </summary>
    public virtual byte[] PayloadOf(byte[] bytes) => bytes;

    public abstract void Behave(ReceiverMood mood);

    /// <summary>The next message that the receiver got: its message id and its payload.</summary>
    public abstract Task<(string MessageId, byte[] Payload)> NextAsync(CancellationToken cancel);

    public abstract ValueTask DisposeAsync();
}

public enum ReceiverMood
{
    Accepting,

    /// <summary>Takes the message and reports a failure.</summary>
    Failing,

    /// <summary>Takes the message and never answers.</summary>
    Hanging,
}
