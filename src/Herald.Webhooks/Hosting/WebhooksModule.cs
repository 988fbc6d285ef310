using Herald.Engine.Channels;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Outbound;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;

namespace Herald.Webhooks.Hosting;

/// <summary>Webhooks as a module. Their settings are those of Herald.Outbound, which sends them.</summary>
public sealed class WebhooksModule : IModule
{
    public string Name => "webhooks";

    public void AddServices(IServiceCollection services, BoundOptions options)
    {
        services.AddSingleton<IChannel>(provider =>
            new WebhookChannel(provider.GetRequiredService<HttpSender>(), provider.GetRequiredService<TimeProvider>()));
        services.ConfigureAll<OpenApiOptions>(WebhookDescription.Add);
    }
}
