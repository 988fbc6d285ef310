namespace Herald.Hosting.Settings;

/// <summary>Values by the names of settings: those of the command line, and an application's defaults.</summary>
internal sealed class GivenSettings(string source, IReadOnlyList<KeyValuePair<string, string>> values) : SettingProvider(source)
{
    public override void Load()
    {
        foreach (var (name, value) in values)
            Give(KeyOf(name), value);
    }
}
