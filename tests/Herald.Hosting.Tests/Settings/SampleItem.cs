using Herald.Engine.Basics;

namespace Herald.Hosting.Tests.Settings;

public sealed record SampleItem
{
    [Setting("Where from.", IsRequired = true)]
    public string Topic { get; init; } = "";

    [Setting("How many.", Least = "1", Most = "9")]
    public int Replicas { get; init; } = 1;

    [SettingText<Even>("Servers.")]
    public IReadOnlyList<string> Servers { get; init; } = [];
}
