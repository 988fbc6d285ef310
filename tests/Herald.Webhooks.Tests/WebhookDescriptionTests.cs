using Herald.Engine.Channels;
using Herald.Engine.Subscriptions;
using Herald.TestKit.Receivers;
using Herald.Webhooks.Hosting;

namespace Herald.Webhooks.Tests;

public sealed class WebhookDescriptionTests : WebhookTest
{
    /// <summary>What HTTP itself adds.</summary>
    private static readonly string[] OfHttp = ["host", "content-length", "content-type"];

    private static readonly Secrets Signing = new(new byte[32], default, null);

    [Fact]
    public async Task Every_header_of_a_webhook_is_described_and_no_other()
    {
        var full = Sketch with
        {
            Type = "order.paid",
            Attributes = [("country", "NZ")],
            Redelivery = Redelivery.Replay,
            Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            Secrets = Signing,
        };
        var sent = NamesOf(await DeliverAsync(full)).Union(NamesOf(await DeliverAsync(full with { Attributes = [("long", new string('x', 7001))] })));

        Assert.Equal(WebhookDescription.HeaderNames.Order(StringComparer.Ordinal), sent.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_required_headers_are_those_that_the_barest_event_has()
    {
        var operation = WebhookDescription.Describe();

        var sent = NamesOf(await DeliverAsync(Sketch with { Key = null, Secrets = Signing }));

        Assert.Equal(
            sent.Order(StringComparer.Ordinal),
            operation.Parameters!.Where(header => header.Required).Select(header => header.Name!).Order(StringComparer.Ordinal));
        Assert.Equal(["2XX", "3XX", "410", "429", "503", "default"], operation.Responses!.Keys.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> NamesOf(ReceivedRequest request) =>
        request.Headers.Select(header => header.Key.ToLowerInvariant()).Except(OfHttp);
}
