namespace Herald.Hosting.Commands;

/// <summary>
/// The commands of Herald that its messages suggest. They begin as this program was called, so that people can copy them: a user of a
/// clone runs <c>./herald</c>, and one of the released file <c>herald</c>.
/// </summary>
public static class OwnCommand
{
    /// <summary>Set by the script <c>./herald</c> to the name by which it was called.</summary>
    public const string Variable = "HERALD_COMMAND";

    private const string Released = "herald";

    private static string Name =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } called ? Shell.Quote(ForeignText.OneLine(called)) : Released;

    /// <param name="arguments">As the user writes them in a shell, such as <c>topics list</c>.</param>
    public static string With(string arguments) => $"{Name} {arguments}";

    /// <summary>An example of a command line, in which the program has its released name.</summary>
    internal static string In(string example) =>
        string.Join(' ', example.Split(' ').Select(word => word == Released ? Name : word));
}
