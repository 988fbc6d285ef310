using Herald.Contracts.Channels;

namespace Herald.Push.Tests.Services;

public sealed class WebPushChannelContract : ChannelContract
{
    protected override Task<ChannelHarness> CreateAsync() => PushHarness.CreateAsync(async clock => await WebPushRig.StartAsync(clock));
}

public sealed class FcmChannelContract : ChannelContract
{
    protected override Task<ChannelHarness> CreateAsync() => PushHarness.CreateAsync(async clock => await FcmRig.StartAsync(clock));
}

public sealed class ApnsChannelContract : ChannelContract
{
    protected override Task<ChannelHarness> CreateAsync() => PushHarness.CreateAsync(async clock => await ApnsRig.StartAsync(clock));
}
