using System.Net;
using System.Net.Sockets;
using Herald.Engine.Channels;
using Herald.TestKit.Receivers;

namespace Herald.Outbound.Tests;

/// <summary>The address that is connected to is the one that was checked.</summary>
public sealed class DiallingTests : OutboundTest
{
    private static readonly IPAddress Public = IPAddress.Parse("93.184.215.14");

    private Uri Target => new($"http://hooks.example:{Receiver.Port}/hook");

    [Fact]
    public async Task A_name_that_leads_to_a_private_address_is_refused_when_dialled()
    {
        var result = (await SendAsync(Sender(Resolving(_ => [IPAddress.Loopback])), Target)).Failure;

        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Guard), (result!.Outcome, result.Stage));
        Assert.Equal(
            "hooks.example is at 127.0.0.1, which is loopback; Herald goes there only if webhooks.allowedNetworks contains it", result.Reason);
        Assert.Equal(0, Receiver.AcceptedConnections);
    }

    /// <summary>A provider has a setting of its own, and what opens all webhooks would be the wrong advice.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_caller_says_what_allows_a_refused_address(bool isBehindProxy)
    {
        var options = Resolving(_ => [IPAddress.Parse("10.0.0.25")]);
        if (isBehindProxy)
            options = options with { Proxy = new Uri($"http://127.0.0.1:{Receiver.Port}") };
        var target = new Uri(isBehindProxy ? "http://10.0.0.25/" : "http://relay.example/");

        var result = (await SendAsync(Sender(options), target, Rules with { Remedy = "set privateNetwork" })).Failure!;

        Assert.Equal(
            (AttemptStage.Guard, $"{target.Host} is at 10.0.0.25, which is private; set privateNetwork"), (result.Stage, result.Reason));
        Assert.Equal(0, Receiver.AcceptedConnections);
    }

    [Fact]
    public async Task A_name_that_changes_after_it_was_checked_gains_nothing()
    {
        // The first answer is public, for the check when the endpoint is set. All later answers are this machine.
        var answers = 0;
        IPAddress[] Rebind(string name) => answers++ == 0 ? [Public] : [IPAddress.Loopback];
        var options = Resolving(Rebind);
        var sender = Sender(options);
        Assert.Null(sender.Guard.Refuse(Target));
        var checkedAddress = options.Resolve("hooks.example").Single();
        Assert.Null(new AddressGuard([]).Refuse(checkedAddress));

        // Answers of name servers are cached. A cached address is checked each time before connecting.
        for (var i = 0; i < 2; i++)
            Assert.Equal(AttemptStage.Guard, (await SendAsync(sender, Target)).Failure?.Stage);
        Assert.Equal(2, answers);
        Assert.Equal(0, Receiver.AcceptedConnections);
    }

    [Fact]
    public async Task A_name_is_resolved_once_for_a_connection_and_only_judged_addresses_are_dialled()
    {
        var answers = 0;
        var options = Resolving(_ => answers++ == 0 ? [IPAddress.Parse("127.0.0.1")] : [IPAddress.Parse("10.0.0.1")]);
        options = options with { AllowedNetworks = ["127.0.0.1/32"] };

        Assert.Equal(200, (await SendAsync(Sender(options), Target)).Answer.Status);
        Assert.Equal(1, answers);
    }

    [Fact]
    public async Task Refused_addresses_are_left_out_and_the_others_tried_in_turn()
    {
        // Nothing listens on this port at 127.0.0.2, and 127.0.0.3 is not allowed.
        var options = Resolving(_ => [IPAddress.Parse("127.0.0.3"), IPAddress.Parse("127.0.0.2"), IPAddress.Loopback]);
        options = options with { AllowedNetworks = ["127.0.0.1/32", "127.0.0.2/32"] };

        Assert.Equal(200, (await SendAsync(Sender(options), Target)).Answer.Status);
    }

    [Fact]
    public async Task When_no_address_answers_the_last_failure_is_told()
    {
        using var port = new RefusingPort();
        var options = Resolving(_ => [IPAddress.Loopback, IPAddress.Parse("127.0.0.2")]) with { AllowedNetworks = ["127.0.0.0/8"] };

        var result = (await SendAsync(Sender(options), new Uri($"http://hooks.example:{port.Port}/"))).Failure;

        Assert.Equal((AttemptStage.Connect, $"hooks.example:{port.Port}: connection refused"), (result!.Stage, result.Reason));
        Assert.True(result.EndpointTroubled);
    }

    [Fact]
    public async Task A_literal_address_is_refused_when_dialled_too()
    {
        var result = (await SendAsync(Sender(OutboundOptions.Default))).Failure;

        Assert.Equal(AttemptStage.Guard, result?.Stage);
        Assert.Equal(0, Receiver.AcceptedConnections);
    }

    [Fact]
    public async Task With_the_guard_off_every_address_is_dialled()
    {
        Assert.Equal(200, (await SendAsync(Sender(new OutboundOptions { Guard = false }))).Answer.Status);
    }

    [Fact]
    public async Task A_proxy_is_used_when_one_is_set_and_addresses_in_the_URL_are_still_judged()
    {
        var options = new OutboundOptions { Proxy = new Uri($"http://127.0.0.1:{Receiver.Port}") };

        Assert.Equal(200, (await SendAsync(Sender(options), new Uri("http://hooks.example/a"))).Answer.Status);
        Assert.Equal("http://hooks.example/a", (await Receiver.NextAsync(TestEnd)).Target);

        var refused = (await SendAsync(Sender(options), new Uri("http://10.0.0.1/a"))).Failure;
        Assert.Equal((AttemptOutcome.Failed, AttemptStage.Guard), (refused!.Outcome, refused.Stage));
    }

    [Fact]
    public async Task A_time_out_while_the_name_is_resolved_says_so()
    {
        var asked = new TaskCompletionSource();
        using var answers = new ManualResetEventSlim();
        var options = Resolving(_ =>
        {
            asked.SetResult();
            answers.Wait();
            return [];
        });

        var sending = SendAsync(Sender(options), Target);
        await asked.Task.WaitAsync(TestEnd);
        Clock.Advance(Rules.Timeout);

        var result = (await sending).Failure!;
        Assert.Equal((AttemptStage.Resolve, "the name hooks.example was not resolved within 15s"), (result.Stage, result.Reason));
        Assert.True(result.EndpointTroubled);
        answers.Set();
    }

    [Fact]
    public async Task A_name_that_does_not_exist_says_so()
    {
        var result = (await SendAsync(Sender(Resolving(_ => throw new SocketException((int)SocketError.HostNotFound))), Target)).Failure!;

        Assert.Equal((AttemptStage.Resolve, "the name hooks.example could not be resolved: no such host"), (result.Stage, result.Reason));
        Assert.True(result.EndpointTroubled);
    }

    [Fact]
    public async Task Other_protocols_get_a_guarded_connection_too()
    {
        var stages = new List<AttemptStage>();
        var dialler = new Dialler(Local, Clock);

        await using (await dialler.DialAsync("127.0.0.1", Receiver.Port, stages.Add, TestEnd))
            Assert.Equal([AttemptStage.Resolve, AttemptStage.Connect], stages);
        var refused = await Assert.ThrowsAsync<DialException>(
            async () => await new Dialler(OutboundOptions.Default, Clock).DialAsync("127.0.0.1", Receiver.Port, null, TestEnd));

        Assert.Equal(AttemptStage.Guard, refused.Stage);
    }

    private static OutboundOptions Resolving(Func<string, IPAddress[]> resolve) => new() { Resolve = resolve };
}
