using System.Runtime.CompilerServices;

namespace Herald.Cli.Tests;

/// <summary>Commands that run in this process read its environment: neither the settings of whoever runs the tests, nor what says how long tests run, is theirs.</summary>
internal static class OwnEnvironment
{
    [ModuleInitializer]
    internal static void Clear()
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name => name.StartsWith("HERALD_", StringComparison.Ordinal)).ToList())
            Environment.SetEnvironmentVariable(name, null);
    }
}
