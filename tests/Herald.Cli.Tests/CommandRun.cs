using System.CommandLine;
using Herald.Cli.CommandLine;
using Herald.Hosting.Commands;
using Herald.TestKit.Http;
using Xunit;

namespace Herald.Cli.Tests;

/// <summary>One run of the command line in this process: its exit code and its output.</summary>
internal sealed record CommandRun(int Code, string Out, string Error)
{
    public static Task<CommandRun> OfAsync(params string[] arguments) => OfAsync(HeraldCommandLine.Create(TimeProvider.System), arguments);

    public static async Task<CommandRun> OfAsync(RootCommand root, params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await CommandRoot.RunAsync(root, arguments, output, error, TestContext.Current.CancellationToken);
        return new(code, output.ToString(), error.ToString());
    }

    public static Task<CommandRun> AgainstAsync(FakeHerald herald, params string[] arguments) =>
        OfAsync([.. arguments, "--server", herald.Address]);
}
