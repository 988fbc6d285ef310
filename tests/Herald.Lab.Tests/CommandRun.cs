using System.CommandLine;
using Herald.Hosting.Commands;
using Herald.TestKit.Http;
using Xunit;

namespace Herald.Lab.Tests;

/// <summary>One run of a command of the laboratory in this process: its exit code and its output.</summary>
internal sealed record CommandRun(int Code, string Out, string Error)
{
    /// <summary>The commands as <c>herald</c> has them. Those of applications are below the name of the application.</summary>
    public static RootCommand Commands() => CommandRoot.Create(new LabModule().Commands(TimeProvider.System)
        .GroupBy(one => one.Below)
        .SelectMany(group => group.Key is { } name ? [Below(name, group.Select(one => one.Command))] : group.Select(one => one.Command)));

    private static Command Below(string name, IEnumerable<Command> commands)
    {
        var parent = new Command(name);
        foreach (var command in commands)
            parent.Subcommands.Add(command);
        return parent;
    }

    public static async Task<CommandRun> OfAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await CommandRoot.RunAsync(Commands(), arguments, output, error, TestContext.Current.CancellationToken);
        return new(code, output.ToString(), error.ToString());
    }

    public static Task<CommandRun> AgainstAsync(FakeHerald herald, params string[] arguments) =>
        OfAsync([.. arguments, "--server", herald.Address]);
}
