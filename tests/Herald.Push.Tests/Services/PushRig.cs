using System.Text;
using System.Text.Json.Nodes;
using Herald.Contracts.Channels;
using Herald.Engine.Channels;
using Herald.Hosting.Settings;
using Herald.LocalServers.Push;
using Herald.Outbound;
using Herald.Push.Apns;
using Herald.Push.Fcm;
using Herald.Push.Hosting;
using Herald.Push.WebPush;
using Herald.TestKit.Receivers;
using Herald.TestKit.Time;
using Microsoft.Extensions.DependencyInjection;

namespace Herald.Push.Tests.Services;

/// <summary>A channel as the module makes it, with a provider 'main' at a fake service.</summary>
internal abstract class PushRig : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private ServiceProvider? _services;

    protected PushRig(ManualClock clock)
    {
        Clock = clock;
        Sender = new HttpSender(new OutboundOptions { AllowedNetworks = ["127.0.0.0/8"] }, clock);
    }

    public ManualClock Clock { get; }

    public abstract FakePushService Fake { get; }

    public IChannel Channel => _services!.GetRequiredService<IChannel>();

    public abstract string Scheme { get; }

    /// <summary>A device, or the subscription of a browser, that takes messages.</summary>
    public abstract string Device { get; }

    /// <summary>The most characters of a text alone.</summary>
    public abstract int MostText { get; }

    /// <summary>An endpoint where nothing listens.</summary>
    public abstract Uri Unreachable { get; }

    public Uri Endpoint => new($"{Scheme}://main");

    public Uri DeviceEndpoint => new($"{Scheme}://main/{Uri.EscapeDataString(Device)}");

    protected RefusingPort Refusing { get; } = new();

    protected HttpSender Sender { get; }

    /// <summary>The JSON that the app or the page gets.</summary>
    public abstract JsonNode ContentOf(PushCall call);

    /// <summary>The id, the title, the text and the data in this JSON.</summary>
    public abstract (string Id, string? Title, string Text, JsonObject? Data) Parts(JsonNode content);

    public string File(string name, string content) => _folder.Write(name, content);

    /// <summary>A payload with the device as recipient.</summary>
    public string Payload(string text, Action<JsonObject>? change = null)
    {
        var payload = new JsonObject { ["to"] = Device, ["text"] = text };
        change?.Invoke(payload);
        return payload.ToJsonString();
    }

    public Task<AttemptResult> TryAsync(string payload, Uri? endpoint = null, TimeSpan? timeout = null) =>
        TryAsync(Encoding.UTF8.GetBytes(payload), endpoint, timeout);

    public Task<AttemptResult> TryAsync(byte[] payload, Uri? endpoint = null, TimeSpan? timeout = null)
    {
        var sketch = new AttemptSketch { Endpoint = endpoint ?? Endpoint, Payload = payload, Timeout = timeout ?? Timeout };
        return Channel.TryAsync(sketch.ToAttempt(), TestContext.Current.CancellationToken).AsTask();
    }

    public async Task<PushCall> NextAsync() => await Fake.Calls.ReadAsync(TestContext.Current.CancellationToken);

    /// <summary>Makes the channel of these options.</summary>
    protected void Build(WebPushOptions? webPush = null, FcmOptions? fcm = null, ApnsOptions? apns = null)
    {
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton<TimeProvider>(Clock).AddSingleton(Sender);
        new PushModule().AddServices(services, BoundOptions.Of(webPush ?? new(), fcm ?? new(), apns ?? new()));
        _services = services.BuildServiceProvider();
        _services.GetRequiredService<IChannel>();
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_services is not null)
            await _services.DisposeAsync();
        Sender.Dispose();
        Refusing.Dispose();
        await Fake.DisposeAsync();
        _folder.Dispose();
    }
}
