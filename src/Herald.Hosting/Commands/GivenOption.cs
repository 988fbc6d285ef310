using System.CommandLine;
using System.CommandLine.Parsing;

namespace Herald.Hosting.Commands;

/// <summary>Tells the options of a command line apart from those that have their default.</summary>
public static class GivenOption
{
    /// <summary>Whether the command line contains the option.</summary>
    public static bool IsGiven(this CommandResult command, Option option)
    {
        ArgumentNullException.ThrowIfNull(command);
        return command.Children.OfType<OptionResult>().Any(one => one.Option == option && !one.Implicit);
    }
}
