using System.Collections;
using System.CommandLine;
using System.Text;
using Herald.Cli.Serve;
using Herald.Hosting.Commands;
using Herald.Server.Settings;

namespace Herald.Cli.Configuration;

/// <summary>Offers every setting of the server as an option, and combines options, environment and file.</summary>
internal sealed class SettingOptions
{
    private const string Listen = "listen", DataDirectory = "dataDirectory", TokenFile = "tokenFile";

    private readonly Option<FileInfo?> _file = new("--config")
    {
        Description = "A JSON file with settings, under the names that `herald config` shows.",
        HelpName = "FILE",
    };
    private readonly Dictionary<string, Option<string?>> _bySetting = [];
    private readonly ServedApplication _application;

    public SettingOptions(Command command, ServedApplication? application = null)
    {
        _application = application ?? new ServedApplication();
        command.Options.Add(_file);
        foreach (var setting in ServerSettings.Load(null, [], [], _application.Defaults, _application.Settings).Effective())
        {
            if (setting.Name == TokenFile)
                continue; // CommonOptions has an option of that name.
            var isOwn = _application.Settings.Any(own => own.Name == setting.Name);
            var option = new Option<string?>(setting.Name == DataDirectory ? "--data" : NameOf(isOwn ? setting.Name[(setting.Name.IndexOf('.') + 1)..] : setting.Name))
            {
                Description = $"{setting.Purpose} Default: {setting.Value ?? "none"}. {setting.Rule}",
                HelpName = setting.Name is Listen ? "ADDRESS" : setting.Name is DataDirectory ? "DIR" : "VALUE",
            };
            _bySetting.Add(setting.Name, option);
            command.Options.Add(option);
        }
    }

    public ServerSettings Load(ParseResult parsed)
    {
        var given = new Dictionary<string, string>(_application.Given(parsed));
        foreach (var (setting, option) in _bySetting)
            if (parsed.GetValue(option) is { } value)
                given[setting] = value;
        if (parsed.GetValue(CommonOptions.TokenFile) is { } tokenFile)
            given[TokenFile] = tokenFile.FullName;
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(variable => KeyValuePair.Create((string)variable.Key, (string)variable.Value!));
        return ServerSettings.Load(parsed.GetValue(_file)?.FullName, environment, given, _application.Defaults, _application.Settings);
    }

    /// <summary>Turns <c>journal.segmentBytes</c> into <c>--journal-segment-bytes</c>.</summary>
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
