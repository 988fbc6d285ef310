using System.Text.Json.Nodes;
using Herald.Contracts.Channels;
using Herald.Engine.Channels;
using Herald.TestKit.Receivers;

namespace Herald.Sms.Tests;

public sealed class SmsHarness : ChannelHarness
{
    private readonly ScriptedReceiver _receiver = new(_ => Accepted);
    private readonly RefusingPort _refusing = new();
    private readonly SmsPlace _place;
    private readonly SmsChannel _channel;

    public SmsHarness()
    {
        _place = new(Clock);
        _channel = _place.Channel(
            null, ("gateway", _place.GatewayAt(new(_receiver.Endpoint, "/")) with { MostSegments = 255 }),
            ("gone", _place.GatewayAt(new(_refusing.Endpoint, "/"))));
    }

    public override IChannel Channel => _channel;
    public override Uri Endpoint { get; } = new("sms://gateway/+4917012345678");
    public override Uri UnreachableEndpoint { get; } = new("sms://gone/+4917012345678");
    public override Uri ImpossibleEndpoint { get; } = new("sms://gateway/nobody");

    /// <summary>255 parts of 153 characters hold this much in Base64.</summary>
    public override int LargestPayload => 29_000;

    private static Reply Accepted => new Reply.Status(202, "{\"result\": {\"state\": \"accepted\"}}");

    public override byte[] PayloadOf(byte[] bytes) => PayloadText.Write(bytes);

    public override void Behave(ReceiverMood mood) => _receiver.Script(mood switch
    {
        ReceiverMood.Accepting => Accepted,
        ReceiverMood.Failing => new Reply.Status(500, "no"),
        ReceiverMood.Hanging => new Reply.Hang(),
    });

    public override async Task<(string MessageId, byte[] Payload)> NextAsync(CancellationToken cancel)
    {
        var request = await _receiver.NextAsync(cancel);
        return (request.Header("idempotency-key")!, PayloadText.Read((string)JsonNode.Parse(request.Body)!["text"]!));
    }

    public override async ValueTask DisposeAsync()
    {
        _refusing.Dispose();
        await _place.DisposeAsync();
        await _receiver.DisposeAsync();
    }
}

public sealed class SmsChannelContract : ChannelContract
{
    protected override Task<ChannelHarness> CreateAsync() => Task.FromResult<ChannelHarness>(new SmsHarness());
}
