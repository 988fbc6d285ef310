using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Herald.Hosting.Commands;

/// <summary>A command with examples, which are printed at the end of <c>--help</c>.</summary>
public class ExampleCommand(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>Adds the examples of each command to its help page, for all commands below <paramref name="root"/>.</summary>
    public static void ShowExamplesInHelp(RootCommand root)
    {
        foreach (var help in root.Options.OfType<HelpOption>())
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
    }

    private sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            usual.Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            if (parseResult.CommandResult.Command is ExampleCommand { Examples.Count: > 0 } command)
            {
                output.WriteLine("Examples:");
                foreach (var example in command.Examples)
                    output.WriteLine($"  {OwnCommand.In(example)}");
                output.WriteLine();
            }
            return (int)ExitCode.Ok;
        }
    }
}
