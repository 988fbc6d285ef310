using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.Cli.Serve;
using Herald.Hosting.Commands;

namespace Herald.Cli.Configuration;

/// <summary>
/// <c>herald config</c>: shows the settings with which <c>serve</c> would run, given the same options, environment and file.
/// </summary>
internal static class ConfigCommand
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    public static Command Create(ServedApplication? application = null)
    {
        application ??= new ServedApplication();
        var command = new ExampleCommand(
            "config", "Shows the settings that `serve` would use, and where each one comes from. Secrets are hidden.",
            $"{application.CommandLine} config", $"{application.CommandLine} config --config herald.json --listen 127.0.0.1:9000");
        application.AddOptions(command);
        var settings = new SettingOptions(command, application);
        command.SetAction(parsed =>
        {
            var console = parsed.InvocationConfiguration;
            var terminal = new Terminal(console.Output, console.Error, parsed.GetValue(CommonOptions.Json));
            var loaded = settings.Load(parsed);
            var items = new JsonArray([.. loaded.Effective().Select(setting => new JsonObject
            {
                ["name"] = setting.Name,
                ["value"] = setting.Value,
                ["source"] = setting.Source,
                ["variable"] = setting.Variable,
                ["rule"] = setting.Rule,
            })]);
            if (terminal.Json)
                terminal.Out.WriteLine(items.ToJsonString(Readable));
            else
                terminal.Table(JsonElement.Parse(items.ToJsonString()), "name", "value", "source");
            foreach (var error in loaded.Errors)
                terminal.Error.WriteLine(error);
            return (int)(loaded.Errors.Count == 0 ? ExitCode.Ok : ExitCode.BadUsage);
        });
        return command;
    }
}
