using Herald.Engine;
using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Notifications.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Herald.Notifications.Tests.Running;

/// <summary>The module with an application that does nothing: what is posted stays in the log, without a row.</summary>
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
        services.AddSingleton<IApplication>(new Idle());
    }

    public void Map(IEndpointRouteBuilder routes, HeraldEngine engine) => _module.Map(routes, engine);

    private sealed class Idle : IApplication, IShardApplication
    {
        public string Name => "notifications";

        public string Topic => "notifications";

        public TimeSpan TickEvery => TimeSpan.FromHours(1);

        public IShardApplication Begin(ShardId shard) => this;

        public ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel) => ValueTask.CompletedTask;
    }
}
