using Herald.Hosting.Commands;

namespace Herald.Hosting.Settings;

/// <summary>The variables that begin with <c>HERALD_</c> and are no settings: those of commands, scripts and tests.</summary>
internal static class OwnVariables
{
    /// <summary>Read by commands that call a server.</summary>
    private static readonly string[] OfCommands = ["HERALD_URL", "HERALD_SERVER", "HERALD_TOKEN_FILE", "HERALD_CA_FILE"];

    /// <summary>Set by the script <c>./herald</c>.</summary>
    private static readonly string[] OfScripts = [OwnCommand.Variable];

    /// <summary>Read by the tests and the laboratory.</summary>
    private static readonly string[] OfTests =
    [
        "HERALD_BREAKS", "HERALD_FAULT", "HERALD_FIRST_BROKEN", "HERALD_JUDGE", "HERALD_LINES", "HERALD_MUTANT", "HERALD_PLANTED",
        "HERALD_LANGUAGES", "HERALD_POSTGRES_BIN", "HERALD_REACHED", "HERALD_ROUNDS", "HERALD_SEED", "HERALD_SEEDS", "HERALD_SUITE_SECONDS",
        "HERALD_TESTS_LONG", "HERALD_TRACE", "HERALD_WRITE_API", "HERALD_WRITE_DOCS", "HERALD_WRITE_FIXTURE",
    ];

    /// <summary>
    /// The errors of variables with one underscore: former names of settings, and unknown names. A variable of commands that was a setting
    /// before is refused as long as the setting has no value: an operator may rely on it, for example on the token.
    /// </summary>
    public static IEnumerable<SettingError> Check(
        IReadOnlyList<KeyValuePair<string, string>> environment, SettingNames names, Func<string, bool> isGiven)
    {
        foreach (var (variable, _) in environment.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            if (!variable.StartsWith(SettingName.FormerPrefix, StringComparison.Ordinal)
                || EnvironmentSettings.IsSetting(variable) || OfScripts.Contains(variable) || OfTests.Contains(variable))
            {
                continue;
            }
            var now = names.Renamed(variable);
            if (OfCommands.Contains(variable))
            {
                if (now is not null && !isGiven(now))
                {
                    yield return Wrong($"Only commands that call a server read it. Set {SettingName.Variable(now)} for the server, "
                        + $"or {SettingName.Variable(now)}=none to run without.");
                }
                continue;
            }
            yield return Wrong(now is not null
                ? $"Variables of settings have two underscores between the parts of the name. Use {SettingName.Variable(now)}."
                : names.Replacement(variable) ?? $"There is no such setting. {names.HintForVariable(variable)}");

            SettingError Wrong(string rule) => new(variable, null, "environment", rule);
        }
    }
}
