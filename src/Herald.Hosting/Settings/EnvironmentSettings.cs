namespace Herald.Hosting.Settings;

/// <summary>
/// The variables <c>HERALD__SECTION__NAME</c>. Names in maps become lower-case, because many write variables in capitals.
/// </summary>
internal sealed class EnvironmentSettings(IReadOnlyList<KeyValuePair<string, string>> variables) : SettingProvider("environment")
{
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    public override void Load()
    {
        foreach (var (variable, value) in variables.OrderBy(variable => variable.Key, StringComparer.Ordinal))
        {
            if (!IsSetting(variable))
                continue;
            var name = variable[SettingName.Prefix.Length..];
            var key = name.Replace(SettingName.Separator, ":", StringComparison.Ordinal).ToLowerInvariant();
            _variables.TryAdd(key, variable);
            Give(key, value);
        }
    }

    public static bool IsSetting(string variable) => variable.StartsWith(SettingName.Prefix, StringComparison.OrdinalIgnoreCase);

    public override string OriginOf(string key) => $"{Source} {Spell(key)}";

    public override string Spell(string key) => _variables.GetValueOrDefault(key.ToLowerInvariant()) ?? SpellName(NameOf(key));

    public override string SpellName(string name) => SettingName.Variable(name);
}
