using Herald.Contracts.Channels;
using Herald.Engine.Channels;
using Herald.TestKit.Receivers;

namespace Herald.Posts.Tests;

/// <summary>A service of no vendor, defined by configuration alone.</summary>
public sealed class PostHarness : ChannelHarness
{
    private const string Definition = """
        {
          "about": "A service for tests",
          "values": {"url": {"about": "Its address.", "form": "address"}},
          "url": "{{url}}",
          "headers": {"Idempotency-Key": "{{id}}"},
          "text": "{{text}}",
          "dropsRepeats": true
        }
        """;

    private readonly ScriptedReceiver _receiver = new();
    private readonly RefusingPort _refusing = new();
    private readonly PostPlace _place = new();
    private readonly PostChannel _channel;
    private readonly Herald.Outbound.HttpSender _sender;

    public PostHarness()
    {
        // The suite controls the harness's own clock.
        _sender = new(new Herald.Outbound.OutboundOptions { Guard = false }, Clock);
        var kind = _place.Define(Definition);
        _channel = new([Provider("service", _receiver.Endpoint), Provider("gone", _refusing.Endpoint)], Clock);

        PostProvider Provider(string name, Uri address) => PostProvider.Create(
            name, Values.Of(kind, ("url", Values.Text(address.ToString()))), Definitions.Presets.Posts, _sender);
    }

    public override IChannel Channel => _channel;
    public override Uri Endpoint { get; } = new("post://service");
    public override Uri UnreachableEndpoint { get; } = new("post://gone");
    public override Uri ImpossibleEndpoint { get; } = new("post://unknown");
    public override int LargestPayload => 700_000;

    public override byte[] PayloadOf(byte[] bytes) => PayloadText.Write(bytes);

    public override void Behave(ReceiverMood mood) => _receiver.Script(mood switch
    {
        ReceiverMood.Accepting => Reply.Ok,
        ReceiverMood.Failing => new Reply.Status(500, "no"),
        ReceiverMood.Hanging => new Reply.Hang(),
    });

    public override async Task<(string MessageId, byte[] Payload)> NextAsync(CancellationToken cancel)
    {
        var request = await _receiver.NextAsync(cancel);
        return (request.Header("idempotency-key")!, PayloadText.Read(request.BodyText));
    }

    public override async ValueTask DisposeAsync()
    {
        _sender.Dispose();
        _refusing.Dispose();
        await _place.DisposeAsync();
        await _receiver.DisposeAsync();
    }
}

public sealed class PostChannelContract : ChannelContract
{
    protected override Task<ChannelHarness> CreateAsync() => Task.FromResult<ChannelHarness>(new PostHarness());
}
