namespace Herald.Hosting.Settings;

/// <summary>An unusable setting. The person who reads it is on call, so it names setting, value, origin and rule.</summary>
public sealed record SettingError(string Setting, string? Value, string Source, string Rule)
{
    public override string ToString() =>
        Value is null ? $"{Setting} ({Source}): {Rule}"
        // An option that is no setting has no other source than the command line.
        : Setting.StartsWith("--", StringComparison.Ordinal) ? $"{Setting} {Value}: {Rule}"
        : $"{Setting} = '{Value}' ({Source}): {Rule}";
}
