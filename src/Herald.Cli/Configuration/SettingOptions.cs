using System.Collections;
using System.CommandLine;
using System.Text;
using Herald.Cli.CommandLine;
using Herald.Server.Settings;

namespace Herald.Cli.Configuration;

/// <summary>Every setting of the server as an option, and the settings that follow from options, environment and file together.</summary>
internal sealed class SettingOptions
{
    private const string Listen = "listen", DataDirectory = "dataDirectory", TokenFile = "tokenFile";

    private readonly Option<FileInfo?> _file = new("--config") { Description = "A JSON file with settings, by the names that `herald config` shows.", HelpName = "FILE" };
    private readonly Dictionary<string, Option<string?>> _bySetting = [];
    private readonly IReadOnlyDictionary<string, string> _defaults;

    /// <param name="defaults">By setting, where they are others than usual.</param>
    public SettingOptions(Command command, IReadOnlyDictionary<string, string>? defaults = null)
    {
        _defaults = defaults ?? new Dictionary<string, string>();
        command.Options.Add(_file);
        foreach (var setting in ServerSettings.Load(null, [], [], _defaults).Effective())
        {
            if (setting.Name == TokenFile)
                continue; // The common option of that name.
            var option = new Option<string?>(setting.Name == DataDirectory ? "--data" : NameOf(setting.Name))
            {
                Description = $"{setting.Rule} Default: {setting.Value ?? "none"}.",
                HelpName = setting.Name is Listen ? "ADDRESS" : setting.Name is DataDirectory ? "DIR" : "VALUE",
            };
            _bySetting.Add(setting.Name, option);
            command.Options.Add(option);
        }
    }

    /// <param name="more">What other options of the command line say of settings.</param>
    public ServerSettings Load(ParseResult parsed, IReadOnlyDictionary<string, string>? more = null)
    {
        var given = new Dictionary<string, string>(more ?? new Dictionary<string, string>());
        foreach (var (setting, option) in _bySetting)
            if (parsed.GetValue(option) is { } value)
                given[setting] = value;
        if (parsed.GetValue(CommonOptions.TokenFile) is { } tokenFile)
            given[TokenFile] = tokenFile.FullName;
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(variable => KeyValuePair.Create((string)variable.Key, (string)variable.Value!));
        return ServerSettings.Load(parsed.GetValue(_file)?.FullName, environment, given, _defaults);
    }

    /// <summary><c>journal.segmentBytes</c> is <c>--journal-segment-bytes</c>.</summary>
    internal static string NameOf(string setting)
    {
        var name = new StringBuilder("--");
        foreach (var c in setting)
        {
            if (char.IsAsciiLetterUpper(c))
                name.Append('-').Append(char.ToLowerInvariant(c));
            else
                name.Append(c == '.' ? '-' : c);
        }
        return name.ToString();
    }
}
