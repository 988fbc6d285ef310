using Herald.Engine;
using Herald.Engine.Applications;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Notifications.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Herald.Notifications.Tests.Running;

/// <summary>The module on a node whose applications never come to a post: what is posted waits in the log.</summary>
internal sealed class DoorOnly : IApplicationModule
{
    private readonly NotificationsModule _module = new();

    public string Name => _module.Name;

    public string Purpose => _module.Purpose;

    public IReadOnlyList<SettingSection> Sections => _module.Sections;

    public void AddServices(IServiceCollection services, BoundOptions options)
    {
        _module.AddServices(services, options);
        services.RemoveAll<IApplication>();
    }

    public void Map(IEndpointRouteBuilder routes, HeraldEngine engine) => _module.Map(routes, engine);
}
