namespace Herald.Hosting.Settings;

/// <summary>Where settings come from. Later ones override earlier ones.</summary>
public sealed record SettingSources
{
    /// <summary>
    /// Makes default values, by the name of the setting, for the settings of all other sources: an application has defaults, and which
    /// applications run is a setting.
    /// </summary>
    public Func<GivenTexts, IEnumerable<KeyValuePair<string, string>>> Defaults { get; init; } = _ => [];

    /// <summary>A JSON file that must exist, or null for none.</summary>
    public string? File { get; init; }

    /// <summary>All variables of the process; those without Herald's prefix are ignored.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Values of the command line, by the name of the setting.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> CommandLine { get; init; } = [];
}
