using System.Text.Json;
using Herald.Contracts.Channels;
using Herald.Engine.Channels;
using Herald.LocalServers.Sms;
using Herald.Outbound;
using Herald.Posts;
using Herald.Sms.Hosting;
using Herald.Sms.Numbers;
using Herald.TestKit.Time;

namespace Herald.Sms.Tests;

/// <summary>A channel for text messages with a clock of its own. Its gateways are on this machine.</summary>
internal sealed class SmsPlace : IAsyncDisposable
{
    private readonly HttpSender _sender;
    private readonly string _folder = Directory.CreateTempSubdirectory("herald-sms-").FullName;
    private int _messages;

    public SmsPlace(ManualClock? clock = null)
    {
        Clock = clock ?? new();
        _sender = new(new OutboundOptions { Guard = false }, Clock);
    }

    public static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public ManualClock Clock { get; }

    public static SmsProviderOptions Twilio(FakeTwilio fake) => new()
    {
        Kind = "twilio",
        Values = new Dictionary<string, PostValueOptions>
        {
            ["account"] = new() { Text = FakeTwilio.Account },
            ["token"] = new() { Secret = FakeTwilio.Token },
            ["from"] = new() { Text = FakeTwilio.From },
            ["server"] = new() { Text = fake.Address.ToString() },
        },
    };

    public SmsProviderOptions GatewayAt(Uri server) => new()
    {
        Kind = Define(FakeSmsGateway.Definition),
        Values = new Dictionary<string, PostValueOptions>
        {
            ["key"] = new() { Secret = FakeSmsGateway.Token },
            ["server"] = new() { Text = server.ToString() },
        },
    };

    public SmsChannel Channel(string? region, params (string Name, SmsProviderOptions Options)[] providers)
    {
        var numbers = new PhoneNumberReader(region);
        return new(
            [.. providers.Select(provider => PostProvider.Create(
                provider.Name, provider.Options, SmsModule.Presets, _sender, SmsPreparation.For(provider.Options, numbers)))],
            numbers, Clock);
    }

    public Task<AttemptResult> TryAsync(SmsChannel channel, string endpoint, object message, TimeSpan? timeout = null)
    {
        var sketch = new AttemptSketch
        {
            Endpoint = new(endpoint),
            Payload = JsonSerializer.SerializeToUtf8Bytes(message),
            MessageId = $"msg_{Interlocked.Increment(ref _messages)}",
            Timeout = timeout ?? TimeSpan.FromSeconds(15),
        };
        return channel.TryAsync(sketch.ToAttempt(), TestEnd).AsTask();
    }

    public string Define(string json)
    {
        var path = Path.Combine(_folder, "gateway.json");
        File.WriteAllText(path, json);
        return path;
    }

    public ValueTask DisposeAsync()
    {
        _sender.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
