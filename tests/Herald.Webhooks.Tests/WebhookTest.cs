using Herald.Contracts.Channels;
using Herald.Engine.Channels;
using Herald.TestKit.Receivers;
using Herald.TestKit.Time;

namespace Herald.Webhooks.Tests;

/// <summary>A webhook channel with a clock of its own, and a receiver with a script.</summary>
public abstract class WebhookTest : IAsyncDisposable
{
    private readonly List<WebhookChannel> _channels = [];

    protected ManualClock Clock { get; } = new();

    protected ScriptedReceiver Receiver { get; } = new();

    protected static WebhookOptions Local { get; } = new() { AllowedNetworks = ["127.0.0.0/8"] };

    protected static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    protected AttemptSketch Sketch => new() { Endpoint = Receiver.Endpoint };

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var channel in _channels)
            channel.Dispose();
        await Receiver.DisposeAsync();
    }

    protected WebhookChannel Channel(WebhookOptions? options = null, TimeProvider? time = null)
    {
        var channel = new WebhookChannel(options ?? Local, time ?? Clock);
        _channels.Add(channel);
        return channel;
    }

    protected async Task<AttemptResult> TryAsync(AttemptSketch? sketch = null, WebhookOptions? options = null) =>
        await Channel(options).TryAsync((sketch ?? Sketch).ToAttempt(), TestEnd);

    /// <summary>Makes one attempt at a receiver that accepts. Returns the request that it got.</summary>
    protected async Task<ReceivedRequest> DeliverAsync(AttemptSketch sketch)
    {
        var result = await TryAsync(sketch);
        Assert.Equal(AttemptOutcome.Delivered, result.Outcome);
        return await Receiver.NextAsync(TestEnd);
    }
}
