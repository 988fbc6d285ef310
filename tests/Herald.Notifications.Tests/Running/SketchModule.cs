using Herald.Engine;
using Herald.Engine.Applications;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Notifications.Doors;
using Herald.Notifications.Hosting;
using Herald.Notifications.Statuses;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Herald.Notifications.Tests.Running;

/// <summary>The module with <see cref="SketchApplication"/> and <see cref="SketchRecipients"/>.</summary>
internal sealed class SketchModule : IApplicationModule
{
    private readonly NotificationsModule _module = new();

    public string Name => _module.Name;

    public string Purpose => _module.Purpose;

    public IReadOnlyList<SettingSection> Sections => _module.Sections;

    public void AddServices(IServiceCollection services, BoundOptions options)
    {
        _module.AddServices(services, options);
        services.AddSingleton<IApplication>(provider => new SketchApplication(
            provider.GetRequiredService<NotificationsOptions>(), provider.GetRequiredService<BlockTables>()));
        var recipients = new SketchRecipients();
        services.AddSingleton<IApplication>(recipients).AddSingleton<Func<HeraldEngine, IRecipientView>>(_ => recipients);
    }

    public void Map(IEndpointRouteBuilder routes, HeraldEngine engine) => _module.Map(routes, engine);
}
