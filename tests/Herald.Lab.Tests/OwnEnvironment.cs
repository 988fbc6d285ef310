using System.Runtime.CompilerServices;
using Herald.LocalServers.Databases;

namespace Herald.Lab.Tests;

/// <summary>
/// Removes the HERALD_ variables of the user who runs the tests, because commands in this process read its environment. The variable that
/// names the folder of PostgreSQL stays.
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
