namespace Herald.Hosting.Settings;

/// <summary>Where settings come from. Later ones override earlier ones.</summary>
public sealed record SettingSources
{
    /// <summary>An application's default values, by the name of the setting.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Defaults { get; init; } = [];

    /// <summary>A JSON file that must exist, or null for none.</summary>
    public string? File { get; init; }

    /// <summary>All variables of the process; those without Herald's prefix are ignored.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Values of the command line, by the name of the setting.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> CommandLine { get; init; } = [];
}
