using System.Text.Json;
using Herald.Contracts.Channels;
using Herald.Engine.Channels;
using Herald.Outbound;
using Herald.Posts.Definitions;
using Herald.TestKit.Time;

namespace Herald.Posts.Tests;

/// <summary>A channel for posts with a clock of its own. Its providers are on this machine.</summary>
internal sealed class PostPlace : IAsyncDisposable
{
    private readonly HttpSender _sender;
    private readonly string _folder = Directory.CreateTempSubdirectory("herald-posts-").FullName;
    private int _messages;

    public PostPlace() => _sender = new(new OutboundOptions { Guard = false }, Clock);

    public static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public ManualClock Clock { get; } = new();

    public PostChannel Channel(params (string Name, PostProviderOptions Options)[] providers) =>
        new([.. providers.Select(provider => PostProvider.Create(provider.Name, provider.Options, Presets.Posts, _sender))], Clock);

    /// <summary>Makes one attempt with a message of its own.</summary>
    public Task<AttemptResult> TryAsync(
        PostChannel channel, string endpoint, object message, TimeSpan? timeout = null, CancellationToken? cancel = null,
        string? messageId = null) =>
        TryAsync(channel, endpoint, JsonSerializer.SerializeToUtf8Bytes(message), timeout, cancel, messageId);

    public Task<AttemptResult> TryAsync(
        PostChannel channel, string endpoint, byte[] payload, TimeSpan? timeout = null, CancellationToken? cancel = null,
        string? messageId = null)
    {
        var sketch = new AttemptSketch
        {
            Endpoint = new(endpoint),
            Payload = payload,
            MessageId = messageId ?? $"msg_{Interlocked.Increment(ref _messages)}",
            Timeout = timeout ?? TimeSpan.FromSeconds(15),
        };
        return channel.TryAsync(sketch.ToAttempt(), cancel ?? TestEnd).AsTask();
    }

    /// <summary>The path of a file with this definition.</summary>
    public string Define(string json, string name = "definition.json")
    {
        var path = Path.Combine(_folder, name);
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

/// <summary>Short forms of settings.</summary>
internal static class Values
{
    public static PostValueOptions Text(string text) => new() { Text = text };

    public static PostValueOptions Secret(string text) => new() { Secret = text };

    public static PostValueOptions Secret(Uri address) => Secret(address.ToString());

    public static PostProviderOptions Of(string kind, params (string Name, PostValueOptions Value)[] values) =>
        new() { Kind = kind, Values = values.ToDictionary(value => value.Name, value => value.Value) };
}
