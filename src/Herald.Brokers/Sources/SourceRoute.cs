using Herald.Brokers.Clusters;
using Herald.Engine.Basics;

namespace Herald.Brokers.Sources;

/// <summary>What of a cluster becomes events of one Herald topic.</summary>
public abstract record SourceRoute
{
    [SettingText<ClusterName>("The name of the cluster.", IsRequired = true)]
    public string Cluster { get; init; } = "";

    [Setting("The Herald topic. It is created if it is missing.", Most = "255", IsRequired = true)]
    public string To { get; init; } = "";

    /// <summary>What the broker calls a topic or a subject.</summary>
    public abstract IReadOnlyList<string> From { get; }

    /// <summary>The part of the route that messages name.</summary>
    public sealed override string ToString() => $"{Cluster}/{string.Join(',', From)}";
}
