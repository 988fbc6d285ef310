using Herald.Contracts.Channels;

namespace Herald.Webhooks.Tests;

public sealed class WebhookChannelContract : ChannelContract
{
    protected override Task<ChannelHarness> CreateAsync() => Task.FromResult<ChannelHarness>(new WebhookHarness());
}
