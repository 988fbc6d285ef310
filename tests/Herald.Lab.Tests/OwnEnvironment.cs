using System.Runtime.CompilerServices;
using Herald.LocalServers.Databases;

namespace Herald.Lab.Tests;

/// <summary>
/// Commands in this process read its environment. This removes the settings of the user who runs the tests, and those for the length of
/// tests. The place of PostgreSQL stays.
/// </summary>
internal static class OwnEnvironment
{
    [ModuleInitializer]
    internal static void Clear()
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().ToList())
            if (name.StartsWith("HERALD_", StringComparison.Ordinal) && name != PostgresPrograms.Variable)
                Environment.SetEnvironmentVariable(name, null);
    }
}
