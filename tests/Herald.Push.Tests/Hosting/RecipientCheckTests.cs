using Herald.Engine.Channels;
using Herald.Hosting.Settings;
using Herald.LocalServers.Push;
using Herald.Messages;
using Herald.Push.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Herald.Push.Tests.Hosting;

/// <summary>What applications ask before they take a message for a device.</summary>
public sealed class RecipientCheckTests : IDisposable
{
    private readonly ServiceProvider _services;

    public RecipientCheckTests()
    {
        var (module, services) = (new PushModule(), new ServiceCollection());
        module.AddServices(services, new SettingSet(module.Sections).Load(new()).Options);
        _services = services.BuildServiceProvider();
    }

    private IRecipientCheck Check => _services.GetRequiredService<IRecipientCheck>();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void It_is_there_without_any_provider()
    {
        Assert.Equal(Destination.Push, Check.Kind);
        Assert.Empty(_services.GetServices<IChannel>());
    }

    [Fact]
    public void Recipients_of_each_service_are_accepted()
    {
        using var browser = new FakeBrowser(new Uri("https://push.example.net/p"), "");

        Assert.Null(Check.Refuse(browser.Subscription.ToJsonString()));
        Assert.Null(Check.Refuse("bk3RNwTe3H0:CI2k_HHwgIpoDKCIZvvDMExUdFQ3P1"));
        Assert.Null(Check.Refuse(string.Concat(Enumerable.Repeat("00fc13adff785122", 4))));
    }

    [Theory]
    [InlineData("", "neither a token of FCM or APNs nor a browser's subscription")]
    [InlineData("two words", "neither a token of FCM or APNs nor a browser's subscription")]
    [InlineData("ann@example.com", "neither a token of FCM or APNs nor a browser's subscription")]
    [InlineData("[]", "neither a token of FCM or APNs nor a browser's subscription")]
    [InlineData(" {\"endpoint\": \"https://push.example.net/p\"}", "keys is missing or no object")]
    [InlineData("{\"endpoint\": \"http://push.example.net/p\"}", "endpoint is not an https:// address")]
    [InlineData("{", "It is no JSON")]
    public void What_no_service_can_reach_is_refused_with_the_reason(string to, string told) =>
        Assert.Contains(told, Check.Refuse(to), StringComparison.Ordinal);
}
