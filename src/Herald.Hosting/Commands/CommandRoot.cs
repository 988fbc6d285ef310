using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Herald.Hosting.Commands.Problems;

namespace Herald.Hosting.Commands;

/// <summary>The commands of <c>herald</c> and what they share: options, help, exit codes, and one place that reports defects.</summary>
public static class CommandRoot
{
    public static RootCommand Create(params IEnumerable<Command> commands)
    {
        var root = new RootCommand("Herald delivers every "
            + "event to every subscriber, in order per key.") { CommonOptions.Json, CommonOptions.TokenFile };
        foreach (var command in commands)
            root.Subcommands.Add(command);
        ExampleCommand.ShowExamplesInHelp(root);
        return root;
    }

    /// <param name="screen">Null for what the output itself is.</param>
    public static async Task<int> RunAsync(
        RootCommand root, string[] args, TextWriter output, TextWriter error, CancellationToken cancel, Screen? screen = null)
    {
        var parsed = root.Parse(args);
        // The caller handles signals and exit codes.
        var console = new CommandConsole(screen ?? Screen.Of(output, TimeProvider.System))
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        if ((parsed.Errors.Count > 0 || UsageErrors.TakenForValues(parsed).Count > 0)
            && parsed.Action is not CommandLineAction { ClearsParseErrors: true })
        {
            foreach (var line in UsageErrors.Lines(parsed))
                error.WriteLine(line);
            error.WriteLine($"See: {OwnCommand.With($"{Path(parsed.CommandResult)}--help")}");
            return (int)ExitCode.BadUsage;
        }
        try
        {
            return await parsed.InvokeAsync(console, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return (int)ExitCode.Interrupted;
        }
        catch (Exception defect)
        {
            error.WriteLine($"{OwnCommand.With(Path(parsed.CommandResult))}has failed because of a defect in Herald: {defect}");
            return (int)ExitCode.Failed;
        }
    }

    // The names of the commands, each with a space behind it.
    private static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)}{result.Command.Name} " : "";
}
