using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using Herald.Hosting.Commands;

namespace Herald.Cli.Configuration;

/// <summary><c>herald version</c></summary>
internal static class VersionCommand
{
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
            ?? "unknown";

    public static Command Create()
    {
        var command = new ExampleCommand("version", "Shows the version of this program.", "herald version", "herald version --json");
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            output.WriteLine(parsed.GetValue(CommonOptions.Json)
                ? $$"""{"version":"{{Version}}","runtime":"{{RuntimeInformation.FrameworkDescription}}","os":"{{RuntimeInformation.RuntimeIdentifier}}"}"""
                : $"herald {Version} on {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");
            return (int)ExitCode.Ok;
        });
        return command;
    }
}
