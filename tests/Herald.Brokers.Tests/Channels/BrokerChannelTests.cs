using Herald.Contracts.Channels;
using Herald.Engine.Channels;

namespace Herald.Brokers.Tests.Channels;

/// <summary>The contract of all channels, with clusters that do what the test says.</summary>
public sealed class BrokerChannelTests : ChannelContract
{
    protected override Task<ChannelHarness> CreateAsync() => Task.FromResult<ChannelHarness>(new ScriptedHarness());

    [Fact]
    public async Task Endpoints_have_no_settings_and_no_secret()
    {
        await using var harness = new ScriptedHarness();
        Assert.Empty(harness.Channel.Settings);
        Assert.Null(harness.Channel.Secret);
    }

    [Fact]
    public async Task A_cluster_that_the_settings_no_longer_have_is_a_result_that_names_it()
    {
        await using var harness = new ScriptedHarness();
        var result = await harness.Channel.TryAsync(new AttemptSketch { Endpoint = new("script://third/a") }.ToAttempt(), TestContext.Current.CancellationToken);
        Assert.Equal(
            (AttemptOutcome.Failed, AttemptStage.Guard, "script://third/a: this cluster is not in script.clusters", true),
            (result.Outcome, result.Stage, result.Reason, result.EndpointTroubled));
    }
}
