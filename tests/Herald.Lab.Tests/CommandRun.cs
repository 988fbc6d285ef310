using System.CommandLine;
using Herald.Hosting.Commands;
using Herald.Lab.Alarms;
using Herald.Lab.Orders;
using Herald.TestKit.Http;
using Xunit;

namespace Herald.Lab.Tests;

/// <summary>One run of a command of the laboratory in this process: its exit code and its output.</summary>
internal sealed record CommandRun(int Code, string Out, string Error)
{
    /// <summary>The commands as <c>herald</c> has them. Those of applications are below the name of the application.</summary>
    public static RootCommand Commands() => CommandRoot.Create(
    [
        .. LabCommands.Create(TimeProvider.System),
        new Command("orders") { ProduceCommand.Create(TimeProvider.System) },
        new Command("alarms") { AlarmsVerifyCommand.Create(TimeProvider.System) },
    ]);

    public static async Task<CommandRun> OfAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await CommandRoot.RunAsync(Commands(), arguments, output, error, TestContext.Current.CancellationToken);
        return new(code, output.ToString(), error.ToString());
    }

    public static Task<CommandRun> AgainstAsync(FakeHerald herald, params string[] arguments) =>
        OfAsync([.. arguments, "--server", herald.Address]);
}
