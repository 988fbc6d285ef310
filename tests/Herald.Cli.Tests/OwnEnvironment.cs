using System.Runtime.CompilerServices;
using Herald.LocalServers.Databases;

namespace Herald.Cli.Tests;

/// <summary>Commands that run in this process read its environment: neither the settings of whoever runs the tests, nor what says how long tests run, is theirs; where PostgreSQL is installed stays.</summary>
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
