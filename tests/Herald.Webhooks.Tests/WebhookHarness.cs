using Herald.Contracts.Channels;
using Herald.Engine.Channels;
using Herald.Outbound;
using Herald.TestKit.Receivers;

namespace Herald.Webhooks.Tests;

public sealed class WebhookHarness : ChannelHarness
{
    private readonly ScriptedReceiver _receiver = new();
    private readonly RefusingPort _refusing = new();
    private readonly HttpSender _sender;
    private readonly WebhookChannel _channel;

    public WebhookHarness()
    {
        _sender = new HttpSender(new OutboundOptions { AllowedNetworks = ["127.0.0.0/8"] }, Clock);
        _channel = new WebhookChannel(_sender, Clock);
    }

    public override IChannel Channel => _channel;
    public override Uri Endpoint => _receiver.Endpoint;
    public override Uri UnreachableEndpoint => _refusing.Endpoint;
    public override Uri ImpossibleEndpoint { get; } = new("http://user:word@example.com/");
    public override int LargestPayload => 4 * 1024 * 1024;

    public override void Behave(ReceiverMood mood) => _receiver.Script(mood switch
    {
        ReceiverMood.Accepting => Reply.Ok,
        ReceiverMood.Failing => new Reply.Status(500, "no"),
        ReceiverMood.Hanging => new Reply.Hang(),
    });

    public override async Task<(string MessageId, byte[] Payload)> NextAsync(CancellationToken cancel)
    {
        var request = await _receiver.NextAsync(cancel);
        return (request.Header("webhook-id")!, request.Body);
    }

    public override async ValueTask DisposeAsync()
    {
        _sender.Dispose();
        _refusing.Dispose();
        await _receiver.DisposeAsync();
    }
}
