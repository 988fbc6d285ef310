using System.Collections;
using System.CommandLine;
using Herald.Engine.Basics;
using Herald.Hosting.Commands;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Server;

namespace Herald.Cli.Configuration;

/// <summary>
/// Offers the settings that many people set as options, all others with <c>--set</c>, and combines options, environment and file.
/// </summary>
internal sealed class SettingOptions
{
    private const string TokenFile = "tokenFile", Applications = "applications";

    private readonly Option<FileInfo?> _file = new("--config")
    {
        Description = $"A JSON file with settings, under the names that `{OwnCommand.With("config --all")}` shows.",
        HelpName = "FILE",
    };
    private readonly Option<string[]> _set = new(SetOption.Name)
    {
        Description = "Any setting, such as --set engine.window=512. Can be given several times. "
            + $"`{OwnCommand.With("config --all")}` shows all settings with their meaning.",
        HelpName = "NAME=VALUE",
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Argument<string[]> _unknown = new("unknown")
    {
        Description = "Takes unknown options, so that they are reported together with the other errors of settings.",
        Arity = ArgumentArity.ZeroOrMore,
        Hidden = true,
    };
    private readonly List<(SettingOption Setting, Option<string[]> Option)> _options = [];
    private readonly Command _command;
    private readonly ModuleSet _modules;
    private readonly IApplicationModule? _application;
    private readonly IServeOptions? _more;

    /// <param name="application">The application whose command this is: it runs, and its own options are offered. Null for none.</param>
    public SettingOptions(Command command, ModuleSet modules, IApplicationModule? application = null)
    {
        (_command, _modules, _application, _more) = (command, modules, application, application?.CreateServeOptions());
        _more?.AddTo(command);
        command.Options.Add(_file);
        foreach (var setting in _modules.OptionsFor(application).Where(setting => setting.Option != CommonOptions.TokenFile.Name))
        {
            var option = new Option<string[]>(setting.Option)
            {
                Description = setting.Description,
                HelpName = setting.Value,
                // One value an option. Options that are given twice are reported like other settings that are.
                Arity = ArgumentArity.OneOrMore,
            };
            _options.Add((setting, option));
            command.Options.Add(option);
        }
        command.Options.Add(_set);
        command.Arguments.Add(_unknown);
        _set.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
                result.AddError($"{SetOption.Name} {token.Value}: expected NAME=VALUE, such as engine.window=512.");
        });
    }

    public LoadedSettings Load(ParseResult parsed)
    {
        var given = new List<KeyValuePair<string, string>>(_more?.Settings(parsed) ?? []);
        foreach (var (setting, option) in _options)
            given.AddRange(Named(setting, Values(setting, parsed.GetValue(option) ?? [])));
        if (parsed.GetValue(CommonOptions.TokenFile) is { } tokenFile)
            given.Add(new(TokenFile, tokenFile.FullName));
        foreach (var one in parsed.GetValue(_set) ?? [])
            given.Add(new(one[..one.IndexOf('=', StringComparison.Ordinal)], one[(one.IndexOf('=', StringComparison.Ordinal) + 1)..]));
        var sources = new SettingSources
        {
            File = parsed.GetValue(_file)?.FullName,
            Environment = [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
                .Select(variable => KeyValuePair.Create((string)variable.Key, (string)variable.Value!))],
            CommandLine = given,
            Defaults = texts => DefaultsOf(texts.Of(Applications)),
        };
        return _modules.Settings.Load(sources).With(UnknownOptions(parsed).ToList());
    }

    private IEnumerable<KeyValuePair<string, string>> DefaultsOf(IReadOnlyList<string> applications) =>
        _modules.Applications.Where(one => applications.Contains(one.Name)).SelectMany(one => one.Defaults).DistinctBy(one => one.Key);

    private IReadOnlyList<string> Values(SettingOption setting, IReadOnlyList<string> given) =>
        _application is not null && setting.Setting == Applications ? [_application.Name, .. given] : given;

    /// <summary>Several values of a list become one text with commas.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Named(SettingOption setting, IReadOnlyList<string> values) =>
        setting.IsList && values.Count > 1
            ? [new(setting.Setting, string.Join(',', values))]
            : values.Select(value => KeyValuePair.Create(setting.Setting, value));

    private IEnumerable<SettingError> UnknownOptions(ParseResult parsed)
    {
        var isValue = false;
        foreach (var token in parsed.GetValue(_unknown) ?? [])
        {
            if (token.StartsWith("--", StringComparison.Ordinal))
            {
                var option = token.Split('=')[0];
                isValue = option.Length == token.Length;
                var hint = _modules.Settings.NameOfFormerOption(option) is { } name ? $"Use {SetOption.Name} {name}=VALUE."
                    : Nearest.Of(option, _command.Options.Where(one => !one.Hidden).Select(one => one.Name)) is { } near ? $"Did you mean {near}?"
                    : "--help shows the options.";
                yield return new(option, null, "command line", $"There is no such option. {hint}");
            }
            else if (!isValue)
            {
                yield return new(token, null, "command line", "It belongs to no option.");
            }
            else
            {
                isValue = false;
            }
        }
    }
}
