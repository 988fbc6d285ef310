using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.Hosting.Commands;
using Herald.Hosting.Commands.Tables;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Server;

namespace Herald.Cli.Configuration;

/// <summary>
/// <c>herald config</c>: shows the settings with which <c>serve</c> would run, given the same options, environment and file.
/// </summary>
internal static class ConfigCommand
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <param name="application">The application whose settings are shown; null for a server without.</param>
    public static Command Create(ModuleSet modules, IApplicationModule? application = null)
    {
        var path = application is null ? "herald" : $"herald {application.Name}";
        var all = new Option<bool>("--all") { Description = "Show all settings, also those with their default, and what each is for." };
        var command = new ExampleCommand(
            "config",
            "Shows the settings that `serve` would use and that are not the default, and where each one comes from. Secrets are hidden.",
            $"{path} config --all", $"{path} config --config herald.json --listen 127.0.0.1:9000")
        { all };
        var settings = new SettingOptions(command, modules, application);
        command.SetAction(parsed =>
        {
            var terminal = Terminal.Of(parsed);
            var loaded = settings.Load(parsed);
            // Among the other settings the errors would be overlooked.
            if (loaded.Errors.Count > 0)
                return (int)terminal.Fail(ExitCode.BadUsage, string.Join(Environment.NewLine, loaded.Errors));
            var isAll = parsed.GetValue(all);
            Show(terminal, [.. loaded.Effective().Where(setting => isAll || !setting.IsDefault)], isAll);
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static void Show(Terminal terminal, IReadOnlyList<EffectiveSetting> settings, bool isAll)
    {
        var items = new JsonArray([.. settings.Select(setting => new JsonObject
        {
            ["name"] = setting.Name,
            ["value"] = setting.Value,
            ["source"] = setting.Source,
            ["variable"] = setting.Variable,
            ["purpose"] = setting.Purpose,
            ["rule"] = setting.Rule,
        })]);
        if (terminal.Json)
        {
            terminal.Out.WriteLine(items.ToJsonString(Readable));
        }
        else if (isAll)
        {
            foreach (var setting in settings)
            {
                terminal.Out.WriteLine($"{setting.Name} = {setting.Value ?? "none"}  ({setting.Source})");
                terminal.Out.WriteLine($"    {setting.Purpose} {setting.Rule}");
            }
        }
        else if (settings.Count == 0)
        {
            terminal.Error.WriteLine("All settings have their defaults; --all shows them.");
        }
        else
        {
            terminal.Table(
                JsonElement.Parse(items.ToJsonString()), TableColumn.Id("SETTING", "name"), TableColumn.Text("VALUE", "value"),
                TableColumn.Text("SOURCE", "source"));
            terminal.Error.WriteLine("All other settings have their defaults; --all shows them.");
        }
    }
}
