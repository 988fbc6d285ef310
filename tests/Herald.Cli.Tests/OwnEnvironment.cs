using System.Runtime.CompilerServices;
using Herald.LocalServers.Databases;
using Herald.TestKit.Documentation;

namespace Herald.Cli.Tests;

/// <summary>
/// Removes the HERALD_ variables of the user who runs the tests, because commands in this process read its environment. The variables that
/// name the folder of PostgreSQL and ask for pages stay.
/// </summary>
internal static class OwnEnvironment
{
    [ModuleInitializer]
    internal static void Clear()
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().ToList())
            if (name.StartsWith("HERALD_", StringComparison.Ordinal) && name != PostgresPrograms.Variable && name != CommittedDocs.Variable)
                Environment.SetEnvironmentVariable(name, null);
    }
}
