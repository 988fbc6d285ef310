using System.Diagnostics;
using Confluent.Kafka;

namespace Herald.TestKit.Kafka;

/// <summary>The librdkafka that the client has loaded. Its package has several builds, and which one fits depends on the system.</summary>
public static class KafkaLibrary
{
    /// <summary>The file, from the modules of this process.</summary>
    public static string File { get; } = Find();

    private static string Find()
    {
        // Any use of the client loads the library.
        var version = Library.VersionString;
        using var process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>().FirstOrDefault(module => module.ModuleName.Contains("librdkafka", StringComparison.Ordinal))?.FileName
            ?? throw new InvalidOperationException($"librdkafka {version} is loaded, and no module of the process has its name.");
    }
}
