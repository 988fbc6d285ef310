using Herald.Contracts.Channels;

namespace Herald.Channels.Tests.Webhooks;

public sealed class WebhookChannelContract : ChannelContract
{
    protected override Task<ChannelHarness> CreateAsync() => Task.FromResult<ChannelHarness>(new WebhookHarness());
}
