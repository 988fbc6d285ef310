using Herald.Engine.Basics;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Server.Settings;

namespace Herald.Server;

/// <summary>The modules of a program, and the settings of a server with them.</summary>
public sealed class ModuleSet
{
    public ModuleSet(params IReadOnlyList<IModule> modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        Modules = modules;
        var choices = new Dictionary<string, IReadOnlyList<string>>
        {
            ["store"] = [.. Stores.Select(store => store.Name)],
            ["applications"] = [.. Applications.Select(application => application.Name)],
        };
        var server = new SettingSection<ServerOptions>("", "The server", () => new() { Store = Stores.First().Name }, choices)
        {
            Rules = SettingRules.OfServer,
        };
        Settings = new SettingSet(
        [
            server,
            new SettingSection<IntakeOptions>("intake", "Publishing", () => new()),
            new SettingSection<EngineOptions>("engine", "The engine", () => new()),
            .. modules.SelectMany(module => module.Sections),
        ])
        { Rules = options => StoreOf(options)?.BrokenRules(options) ?? [] };
    }

    public IReadOnlyList<IModule> Modules { get; }

    public SettingSet Settings { get; }

    public IEnumerable<IApplicationModule> Applications => Modules.OfType<IApplicationModule>();

    /// <summary>The settings that have an option of <c>serve</c>. Those of an application are options of its own command only.</summary>
    public IEnumerable<SettingOption> OptionsFor(IApplicationModule? application)
    {
        var ofOthers = Applications.Where(other => other != application).SelectMany(other => other.Sections).ToList();
        return (Settings with { Sections = [.. Settings.Sections.Where(section => ofOthers.TrueForAll(other => other.Name != section.Name))] }).Options;
    }

    private IEnumerable<IStoreModule> Stores => Modules.OfType<IStoreModule>();

    /// <summary>The modules that work in a server with these options: all but the applications that it does not name.</summary>
    internal IEnumerable<IModule> In(BoundOptions options)
    {
        var names = options.Get<ServerOptions>().Applications ?? [];
        return Modules.Where(module => module is not IApplicationModule || names.Contains(module.Name));
    }

    /// <summary>Null when no module has the name; the settings have been refused then.</summary>
    public IStoreModule? StoreOf(BoundOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Stores.FirstOrDefault(store => store.Name == options.Get<ServerOptions>().Store);
    }
}
