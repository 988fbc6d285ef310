using System.Text;
using System.Threading.Channels;
using Herald.Brokers.Channels;
using Herald.Contracts.Channels;
using Herald.Engine.Channels;

namespace Herald.Brokers.Tests.Channels;

/// <summary>A channel whose clusters do what the test says.</summary>
internal sealed class ScriptedHarness : ChannelHarness
{
    private readonly Cluster _main = new(), _gone = new() { Trouble = "nobody\nanswers" };
    private readonly ScriptedChannel _channel;

    public ScriptedHarness() => _channel = new(new Dictionary<string, IClusterPublisher> { ["main"] = _main, ["gone"] = _gone }, Clock);

    public override IChannel Channel => _channel;
    public override Uri Endpoint { get; } = new("script://main/topic");
    public override Uri UnreachableEndpoint { get; } = new("script://gone/topic");
    public override Uri ImpossibleEndpoint { get; } = new("script://main/");
    public override int LargestPayload => 1 << 20;

    public override void Behave(ReceiverMood mood) => _main.Mood = mood;

    public override Task<(string MessageId, byte[] Payload)> NextAsync(CancellationToken cancel) => _main.Received.Reader.ReadAsync(cancel).AsTask();

    public override ValueTask DisposeAsync() => _channel.DisposeAsync();

    private sealed class ScriptedChannel(Dictionary<string, IClusterPublisher> publishers, TimeProvider time)
        : BrokerChannel(new("script", "Script", "topic", "a file", name => name.Length > 0 ? null : "is empty"), publishers, time);

    private sealed class Cluster : IClusterPublisher
    {
        public Channel<(string MessageId, byte[] Payload)> Received { get; } = System.Threading.Channels.Channel.CreateUnbounded<(string, byte[])>();
        public ReceiverMood Mood { get; set; }
        public string? Trouble { get; init; }

        public Task WarmUpAsync(CancellationToken cancel) => Task.CompletedTask;

        public async ValueTask<AttemptResult> PublishAsync(string name, Attempt attempt, CancellationToken cancel)
        {
            var headers = new Dictionary<string, string>();
            EventHeaders.AddTo(headers, attempt, static (to, header, value) => to.Add(header, Encoding.UTF8.GetString(value)));
            Received.Writer.TryWrite((headers[EventHeaders.Id], attempt.Event.Payload.ToArray()));
            if (Mood == ReceiverMood.Hanging)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
            return Mood == ReceiverMood.Accepting ? AttemptResult.Delivered : AttemptResult.Troubled(AttemptStage.Response, "no\nroom");
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
