using System.CommandLine;
using System.CommandLine.Parsing;
using Herald.Kafka.Clusters;

namespace Herald.Kafka.Hosting;

/// <summary>The option <c>--kafka</c>: the brokers of one cluster.</summary>
public sealed class ServersOption : Option<string?>
{
    public ServersOption()
        : base("--kafka")
    {
        HelpName = "HOST:PORT[,…]";
        Validators.Add(Check);
    }

    public static string[] Split(string servers)
    {
        ArgumentNullException.ThrowIfNull(servers);
        return servers.Split(',', StringSplitOptions.TrimEntries);
    }

    /// <summary>The settings of a cluster with these servers.</summary>
    public static IEnumerable<KeyValuePair<string, string>> SettingsOf(string cluster, string servers) =>
        Split(servers).Select((server, index) => KeyValuePair.Create($"kafka.clusters.{cluster}.servers.{index}", server));

    private static void Check(OptionResult result)
    {
        if (result.GetValueOrDefault<string?>() is { } text && !Split(text).All(ServerForm.Accepts))
            result.AddError($"--kafka {text}: expected addresses of brokers, HOST:PORT[,HOST:PORT].");
    }
}
