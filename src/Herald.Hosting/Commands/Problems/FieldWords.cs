using System.CommandLine;
using System.Text.Json;

namespace Herald.Hosting.Commands.Problems;

/// <summary>Names a field of a request as the command does that sent it: <c>--retry-max-age</c> for <c>/retry/maxAge</c>.</summary>
internal static class FieldWords
{
    /// <param name="pointer">A JSON pointer, or <c>?name</c> for a parameter of the query.</param>
    public static string Of(Command command, string pointer)
    {
        var parts = pointer.TrimStart('/', '?').Split('/', StringSplitOptions.RemoveEmptyEntries);
        return Candidates(parts).Select(name => OptionOf(command, name)).OfType<string>().FirstOrDefault()
            ?? ArgumentOf(command, parts) ?? string.Join('.', parts);
    }

    /// <summary>From the longest name to the shortest. The last parts of a pointer can be names or places inside the field.</summary>
    private static IEnumerable<string> Candidates(string[] parts)
    {
        for (var end = parts.Length; end > 0; end--)
        {
            for (var start = 0; start < end; start++)
            {
                var name = string.Join('-', parts[start..end].Select(JsonNamingPolicy.KebabCaseLower.ConvertName));
                yield return name;
                yield return name.TrimEnd('s');
            }
        }
    }

    private static string? OptionOf(Command command, string name) =>
        command.Options.Select(option => option.Name).FirstOrDefault(option => option == $"--{name}");

    private static string? ArgumentOf(Command command, string[] parts) =>
        command.Arguments.Select(argument => argument.Name).FirstOrDefault(name => parts.Length > 0 && parts[0].TrimEnd('s') == name);
}
