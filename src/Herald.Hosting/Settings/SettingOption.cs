namespace Herald.Hosting.Settings;

/// <summary>A setting that has an option of <c>serve</c>.</summary>
/// <param name="Option">The option: <c>--data</c>.</param>
/// <param name="Setting">The name of the setting: <c>dataDirectory</c>.</param>
/// <param name="Value">What help shows as its value.</param>
/// <param name="IsList">The option can be given several times.</param>
/// <param name="Description">Purpose, default and rule.</param>
public sealed record SettingOption(string Option, string Setting, string Value, bool IsList, string Description);
