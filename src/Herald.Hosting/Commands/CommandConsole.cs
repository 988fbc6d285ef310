using System.CommandLine;

namespace Herald.Hosting.Commands;

/// <summary>The outputs of a run, with what is known about the screen.</summary>
internal sealed class CommandConsole(Screen screen) : InvocationConfiguration
{
    public Screen Screen { get; } = screen;

    public static Screen ScreenOf(ParseResult parsed) =>
        parsed.InvocationConfiguration is CommandConsole console ? console.Screen
            : Screen.Of(parsed.InvocationConfiguration.Output, TimeProvider.System);
}
