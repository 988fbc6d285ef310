using Herald.Engine.Channels;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace Herald.Extending.Tests.Files;

public sealed class FilesModule : IModule
{
    public string Name => "files";

    public IReadOnlyList<SettingSection> Sections => [new SettingSection<FilesOptions>("files", "Files", () => new())];

    public void AddServices(IServiceCollection services, BoundOptions options) => services.AddSingleton<IChannel, FileChannel>();
}
