using System.Net;
using Herald.Engine.Channels;
using Herald.TestKit.Receivers;

namespace Herald.Webhooks.Tests;

/// <summary>The address that is connected to is the one that was checked.</summary>
public sealed class DiallingTests : WebhookTest
{
    private static readonly IPAddress Public = IPAddress.Parse("93.184.215.14");

    private Uri Target => new($"http://hooks.example:{Receiver.Port}/hook");

    [Fact]
    public async Task A_name_that_leads_to_a_private_address_is_refused_when_dialled()
    {
        var result = await TryAsync(Sketch with { Endpoint = Target }, Resolving(_ => [IPAddress.Loopback]));

        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Guard), (result.Outcome, result.Stage));
        Assert.Equal("hooks.example is at 127.0.0.1, which is loopback; webhooks go there only if webhooks.allowedNetworks contains it", result.Reason);
        Assert.Equal(0, Receiver.AcceptedConnections);
    }

    [Fact]
    public async Task A_name_that_changes_after_it_was_checked_gains_nothing()
    {
        // The first answer is public, for the check when the endpoint is set. All later answers are this machine.
        var answers = 0;
        IPAddress[] Rebind(string name) => answers++ == 0 ? [Public] : [IPAddress.Loopback];
        var options = Resolving(Rebind);
        var channel = Channel(options);
        Assert.Null(channel.Refuse(Target));
        var checkedAddress = options.Resolve("hooks.example").Single();
        Assert.Null(new AddressGuard([]).Refuse(checkedAddress));

        // Answers of name servers are cached. A cached address is checked each time before connecting.
        for (var i = 0; i < 2; i++)
            Assert.Equal(AttemptStage.Guard, (await channel.TryAsync((Sketch with { Endpoint = Target }).ToAttempt(), TestEnd)).Stage);
        Assert.Equal(2, answers);
        Assert.Equal(0, Receiver.AcceptedConnections);
    }

    [Fact]
    public async Task A_name_is_resolved_once_for_a_connection_and_only_judged_addresses_are_dialled()
    {
        var answers = 0;
        var options = Resolving(_ => answers++ == 0 ? [IPAddress.Parse("127.0.0.1")] : [IPAddress.Parse("10.0.0.1")]) with { AllowedNetworks = ["127.0.0.1/32"] };

        var result = await TryAsync(Sketch with { Endpoint = Target }, options);

        Assert.Equal(AttemptOutcome.Delivered, result.Outcome);
        Assert.Equal(1, answers);
    }

    [Fact]
    public async Task Refused_addresses_are_left_out_and_the_others_tried_in_turn()
    {
        // Nothing listens on this port at 127.0.0.2, and 127.0.0.3 is not allowed.
        var options = Resolving(_ => [IPAddress.Parse("127.0.0.3"), IPAddress.Parse("127.0.0.2"), IPAddress.Loopback]);
        options = options with { AllowedNetworks = ["127.0.0.1/32", "127.0.0.2/32"] };

        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(Sketch with { Endpoint = Target }, options)).Outcome);
    }

    [Fact]
    public async Task When_no_address_answers_the_last_failure_is_told()
    {
        using var port = new RefusingPort();
        var options = Resolving(_ => [IPAddress.Loopback, IPAddress.Parse("127.0.0.2")]) with { AllowedNetworks = ["127.0.0.0/8"] };

        var result = await TryAsync(Sketch with { Endpoint = new Uri($"http://hooks.example:{port.Port}/") }, options);

        Assert.Equal((AttemptStage.Connect, $"hooks.example:{port.Port}: connection refused"), (result.Stage, result.Reason));
        Assert.True(result.EndpointTroubled);
    }

    [Fact]
    public async Task A_literal_address_is_refused_when_dialled_too()
    {
        var result = await TryAsync(Sketch, WebhookOptions.Default);

        Assert.Equal(AttemptStage.Guard, result.Stage);
        Assert.Equal(0, Receiver.AcceptedConnections);
    }

    [Fact]
    public async Task With_the_guard_off_every_address_is_dialled()
    {
        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(Sketch, new WebhookOptions { Guard = false })).Outcome);
    }

    [Fact]
    public async Task A_proxy_is_used_when_one_is_set_and_addresses_in_the_URL_are_still_judged()
    {
        var options = new WebhookOptions { Proxy = new Uri($"http://127.0.0.1:{Receiver.Port}") };

        Assert.Equal(AttemptOutcome.Delivered, (await TryAsync(Sketch with { Endpoint = new Uri("http://hooks.example/a") }, options)).Outcome);
        Assert.Equal("http://hooks.example/a", (await Receiver.NextAsync(TestEnd)).Target);

        var refused = await TryAsync(Sketch with { Endpoint = new Uri("http://10.0.0.1/a") }, options);
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Guard), (refused.Outcome, refused.Stage));
    }

    private static WebhookOptions Resolving(Func<string, IPAddress[]> resolve) => new() { Resolve = resolve };
}
