using Herald.Contracts.Channels;
using Herald.Engine.Channels;
using Herald.Outbound;
using Herald.TestKit.Receivers;
using Herald.TestKit.Time;

namespace Herald.Webhooks.Tests;

/// <summary>A webhook channel with a clock of its own, and a receiver with a script.</summary>
public abstract class WebhookTest : IAsyncDisposable
{
    private readonly List<HttpSender> _senders = [];

    protected ManualClock Clock { get; } = new();

    protected ScriptedReceiver Receiver { get; } = new();

    protected static OutboundOptions Local { get; } = new() { AllowedNetworks = ["127.0.0.0/8"] };

    protected static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    protected AttemptSketch Sketch => new() { Endpoint = Receiver.Endpoint };

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var sender in _senders)
            sender.Dispose();
        await Receiver.DisposeAsync();
    }

    protected WebhookChannel Channel(OutboundOptions? options = null, TimeProvider? time = null)
    {
        var sender = new HttpSender(options ?? Local, time ?? Clock);
        _senders.Add(sender);
        return new WebhookChannel(sender, time ?? Clock);
    }

    protected async Task<AttemptResult> TryAsync(AttemptSketch? sketch = null, OutboundOptions? options = null) =>
        await Channel(options).TryAsync((sketch ?? Sketch).ToAttempt(), TestEnd);

    /// <summary>Makes one attempt at a receiver that accepts. Returns the request that it got.</summary>
    protected async Task<ReceivedRequest> DeliverAsync(AttemptSketch sketch)
    {
        var result = await TryAsync(sketch);
        Assert.Equal(AttemptOutcome.Delivered, result.Outcome);
        return await Receiver.NextAsync(TestEnd);
    }
}
