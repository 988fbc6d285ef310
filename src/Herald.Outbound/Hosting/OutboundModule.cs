using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Herald.Outbound.Hosting;

/// <summary>
/// The services for channels that call addresses of subscriptions: <see cref="HttpSender"/>, and <see cref="Dialler"/> for other protocols.
/// By default addresses are guarded, except when only this machine can call the server: then every caller that can create a subscription is
/// on this machine anyway.
/// </summary>
public sealed class OutboundModule : IModule
{
    public string Name => "outbound";

    public IReadOnlyList<SettingSection> Sections => [new SettingSection<OutboundOptions>("webhooks", "Webhooks", () => new())];

    public void AddServices(IServiceCollection services, BoundOptions options)
    {
        services.AddSingleton(provider => new Dialler(OptionsOf(provider), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new HttpSender(
            OptionsOf(provider), provider.GetRequiredService<Dialler>(), provider.GetRequiredService<TimeProvider>()));
    }

    private static OutboundOptions OptionsOf(IServiceProvider provider)
    {
        var outbound = provider.GetRequiredService<IOptions<OutboundOptions>>().Value;
        return outbound with { Guard = outbound.Guard ?? !provider.GetRequiredService<ServerExposure>().IsLocalOnly };
    }
}
