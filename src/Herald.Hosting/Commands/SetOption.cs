using System.CommandLine.Parsing;

namespace Herald.Hosting.Commands;

/// <summary>The option <c>--set NAME=VALUE</c> of commands that take settings.</summary>
public static class SetOption
{
    public const string Name = "--set";

    /// <summary>The arguments that set the settings.</summary>
    public static string[] Arguments(params IEnumerable<KeyValuePair<string, string>> settings) =>
        [.. settings.SelectMany(setting => (string[])[Name, $"{setting.Key}={setting.Value}"])];

    /// <summary>Whether a setting in the given part of the names is set by the command line.</summary>
    public static bool Sets(CommandResult command, string prefix)
    {
        ArgumentNullException.ThrowIfNull(command);
        return command.Children.OfType<OptionResult>().Where(option => option.Option.Name == Name)
            .SelectMany(option => option.Tokens).Any(token => token.Value.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
    }
}
