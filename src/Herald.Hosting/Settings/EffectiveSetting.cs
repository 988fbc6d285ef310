namespace Herald.Hosting.Settings;

/// <param name="Value">Secrets are masked; null for none.</param>
/// <param name="Source">Where the value comes from: <c>default</c>, a file, a variable, the command line.</param>
public sealed record EffectiveSetting(string Name, string Variable, string? Value, string Source, string Purpose, string Rule)
{
    /// <summary>The source of values that nobody gave.</summary>
    internal const string Default = "default";

    public bool IsDefault => Source == Default;
}
