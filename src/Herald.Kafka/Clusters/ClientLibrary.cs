using System.Diagnostics.CodeAnalysis;
using Confluent.Kafka;
using Herald.Brokers;

namespace Herald.Kafka.Clusters;

/// <summary>
/// Loads librdkafka. The client's package has several builds of it, and the client takes the first one that the system can load.
/// </summary>
/// <remarks>It is loaded only when a cluster is set, so Herald without Kafka also runs on systems for which there is no build.</remarks>
internal static class ClientLibrary
{
    // An older version can hang when a source leaves its group during a rebalance.
    private const int OldestVersion = 0x02_04_00_ff;
    private const string Client = "Confluent.Kafka";
    private const DynamicallyAccessedMemberTypes Functions =
        DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods;
    private static readonly Lazy<string?> Problem = new(Load);

    /// <exception cref="BrokerSetupException">The library cannot be loaded, or the system's older one was loaded instead.</exception>
    public static void Require()
    {
        if (Problem.Value is { } problem)
            throw new BrokerSetupException(problem);
    }

    // The client finds librdkafka's functions by reflection, as methods of one of these classes: a trimmed program must keep them.
    [DynamicDependency(Functions, "Confluent.Kafka.Impl.NativeMethods.NativeMethods", Client)]
    [DynamicDependency(Functions, "Confluent.Kafka.Impl.NativeMethods.NativeMethods_Alpine", Client)]
    [DynamicDependency(Functions, "Confluent.Kafka.Impl.NativeMethods.NativeMethods_Centos8", Client)]
    private static string? Load()
    {
        try
        {
            // When the first build does not fit the system, the loader searches the system's libraries before the client tries the others.
            return Library.Version >= OldestVersion ? null
                : $"The settings use Kafka, but the system's librdkafka {Library.VersionString} was loaded instead of Herald's own, and it is too old. Remove it (Debian: apt-get remove librdkafka-dev).";
        }
        catch (Exception e) when (e is DllNotFoundException or FileLoadException or EntryPointNotFoundException or InvalidOperationException)
        {
            return $"The settings use Kafka, but no build of its client library, librdkafka, can be loaded on this system ({BuiltInLibrary.Problem ?? e.Message}).";
        }
    }
}
