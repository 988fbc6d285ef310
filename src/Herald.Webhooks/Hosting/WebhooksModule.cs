using Herald.Engine.Channels;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Herald.Webhooks.Hosting;

/// <summary>
/// Webhooks as a module. By default their addresses are guarded, except when only this machine can call the server: then every caller that
/// can create a subscription is on this machine anyway.
/// </summary>
public sealed class WebhooksModule : IModule
{
    public string Name => "webhooks";

    public IReadOnlyList<SettingSection> Sections => [new SettingSection<WebhookOptions>("webhooks", "Webhooks", () => new())];

    public void AddServices(IServiceCollection services, BoundOptions options)
    {
        services.AddSingleton<IChannel>(provider =>
        {
            var webhooks = provider.GetRequiredService<IOptions<WebhookOptions>>().Value;
            var isGuarded = webhooks.Guard ?? !provider.GetRequiredService<ServerExposure>().IsLocalOnly;
            return new WebhookChannel(webhooks with { Guard = isGuarded }, provider.GetRequiredService<TimeProvider>());
        });
        services.ConfigureAll<OpenApiOptions>(WebhookDescription.Add);
    }
}
