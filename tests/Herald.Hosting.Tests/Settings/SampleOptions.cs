using Herald.Engine.Basics;

namespace Herald.Hosting.Tests.Settings;

/// <summary>Options with a setting of each kind.</summary>
public sealed record SampleOptions
{
    [Setting("A number.", Least = "2", Most = "1000", Option = "--sample-count")]
    public int Count { get; init; } = 7;

    [Setting("A large number.")]
    public long Large { get; init; } = 5_000_000_000;

    [Setting("A size.", IsBytes = true, Least = "1KiB", Most = "1GiB")]
    public int SegmentBytes { get; init; } = 64 << 10;

    [Setting("A size that can be missing.", IsBytes = true, None = "none")]
    public long? MaxBytes { get; init; }

    [Setting("A duration.", Least = "1ms", Most = "10m")]
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(5);

    [Setting("A switch.", FormerName = "active")]
    public bool IsOn { get; init; }

    [Setting("A switch with three positions.", None = "auto", Rule = "true, false, or auto.")]
    public bool? Guard { get; init; }

    [Setting("One of several words.")]
    public SampleMode Mode { get; init; }

    [Setting("A text.", Most = "10", IsRequired = true)]
    public string Name { get; init; } = "usual";

    [Setting("A password.", IsSecret = true, None = "none")]
    public string? Password { get; init; }

    [SettingText<Even>("An address.", None = "none")]
    public Uri? Address { get; init; }

    [SettingText<Even>("Several texts.", None = "none")]
    public IReadOnlyList<string>? Words { get; init; } = ["even"];

    [SettingList<SampleItem>("A list.")]
    public IReadOnlyList<SampleItem> Sources { get; init; } = [];

    [SettingMap<SampleItem, Even>("A map.")]
    public IReadOnlyDictionary<string, SampleItem> Clusters { get; init; } = new Dictionary<string, SampleItem>();

    /// <summary>Not a setting.</summary>
    public string Other { get; init; } = "other";
}
