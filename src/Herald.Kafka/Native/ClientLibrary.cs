using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Herald.Kafka.Native;

/// <summary>
/// Finds librdkafka: beside the program, if it was built with NuGet's copy (<c>-p:KafkaNative=bundled</c>); otherwise the system's, which
/// has its version in its name.
/// </summary>
/// <remarks>It is loaded only when a cluster is set, so an installation without Kafka needs no library.</remarks>
public static class ClientLibrary
{
    private const string Name = "librdkafka";
    private const int OldestVersion = 0x01_09_00_ff;
    private const string Client = "Confluent.Kafka";
    private const DynamicallyAccessedMemberTypes Functions =
        DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods;
    private static readonly string[] SystemNames = ["librdkafka.so.1", "librdkafka.1.dylib"];
    private static readonly Lazy<string?> Problem = new(Load);

    /// <exception cref="KafkaSetupException">The library is missing or too old.</exception>
    public static void Require()
    {
        if (Problem.Value is { } problem)
            throw new KafkaSetupException(problem);
    }

    // The client finds librdkafka's functions by reflection, as methods of one of these classes: a trimmed program must keep them.
    [DynamicDependency(Functions, "Confluent.Kafka.Impl.NativeMethods.NativeMethods", Client)]
    [DynamicDependency(Functions, "Confluent.Kafka.Impl.NativeMethods.NativeMethods_Alpine", Client)]
    [DynamicDependency(Functions, "Confluent.Kafka.Impl.NativeMethods.NativeMethods_Centos6", Client)]
    [DynamicDependency(Functions, "Confluent.Kafka.Impl.NativeMethods.NativeMethods_Centos7", Client)]
    private static string? Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, Resolve);
        try
        {
            return Library.Version >= OldestVersion ? null
                : $"The settings use Kafka, but the installed librdkafka is {Library.VersionString}. It must be 1.9.0 or newer.";
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or InvalidOperationException or TypeInitializationException)
        {
            return $"The settings use Kafka, but its client library, librdkafka, cannot be loaded ({e.GetBaseException().Message}). "
                + "Install it (Debian: apt-get install librdkafka1; Fedora: dnf install librdkafka; macOS: brew install librdkafka), or build Herald with -p:KafkaNative=bundled.";
        }
    }

    /// <summary>The library's handle; 0 when it is not found.</summary>
    public static nint Find() => Resolve(Name, typeof(Library).Assembly, null);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Name)
            return 0;
        if (NativeLibrary.TryLoad(name, assembly, path, out var handle))
            return handle;
        foreach (var candidate in SystemNames)
        {
            if (NativeLibrary.TryLoad(candidate, out handle))
                return handle;
        }
        return 0;
    }
}
