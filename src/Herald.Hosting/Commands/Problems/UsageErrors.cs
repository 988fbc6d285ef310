using System.CommandLine;
using System.CommandLine.Parsing;
using Herald.Engine.Basics;

namespace Herald.Hosting.Commands.Problems;

/// <summary>What is wrong with a command line, each mistake once, with what was probably meant.</summary>
internal static class UsageErrors
{
    /// <summary>With so many names, a list of all is of no use in a message.</summary>
    private const int MostListed = 14;

    public static IEnumerable<string> Lines(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (TakenForValues(parsed) is { Count: > 0 } taken)
            return Unknown(command, parsed.CommandResult, taken);
        // What follows an unknown word or a missing one is not understood either, and would only be repeated.
        if (parsed.UnmatchedTokens.Count > 0)
            return Unknown(command, parsed.CommandResult, parsed.UnmatchedTokens).Concat(OfOptions(parsed));
        if (command.Subcommands.Count > 0)
            return [$"Give one of its commands: {Names(command)}."];
        return parsed.Errors.Select(Line);
    }

    /// <summary>
    /// Unknown options that the parser has taken for values of an argument, although they do not follow <c>--</c>. A negative number can
    /// be a value, and a hidden argument is there to collect unknown options.
    /// </summary>
    public static IReadOnlyList<string> TakenForValues(ParseResult parsed)
    {
        var meant = parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Select(token => token.Value).ToHashSet();
        return [.. parsed.CommandResult.Children.OfType<ArgumentResult>()
            .Where(argument => !argument.Argument.Hidden).SelectMany(argument => argument.Tokens)
            .Select(token => token.Value)
            .Where(value => value is ['-', '-' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z'), ..] && !meant.Contains(value))];
    }

    private static IEnumerable<string> OfOptions(ParseResult parsed) =>
        parsed.Errors.Where(error => error.SymbolResult is OptionResult).Select(Line);

    private static IEnumerable<string> Unknown(Command command, CommandResult place, IReadOnlyList<string> tokens)
    {
        var isValue = false;
        foreach (var token in tokens)
        {
            if (token.StartsWith('-') && token.Length > 1)
            {
                var option = token.Split('=')[0];
                isValue = option.Length == token.Length;
                yield return $"{option}: There is no such option.{Meant(option, OptionsAt(place), " --help lists all options.")}";
            }
            else if (command.Subcommands.Count > 0)
            {
                yield return $"{token}: There is no such command.{Meant(token, Known(command), $" Its commands are: {Names(command)}.")}";
                yield break;
            }
            else if (!isValue)
            {
                yield return $"{token}: It belongs to no argument and no option.";
            }
            else
            {
                isValue = false;
            }
        }
    }

    private static string Line(ParseError error) => error.SymbolResult switch
    {
        ArgumentResult { Argument: { Arity.MinimumNumberOfValues: > 0 } argument, Tokens.Count: 0, Parent: CommandResult } =>
            $"<{argument.Name}> is missing: {argument.Description}",
        OptionResult { Option: { Required: true } option, IdentifierToken: null } => $"{option.Name} is missing: {option.Description}",
        OptionResult { Option: var option, IdentifierToken: not null, Tokens.Count: 0 } =>
            $"{option.Name} needs a value{(option.HelpName is { } name ? $": {option.Name} {name}" : "")}.",
        OptionResult { Option: var option, Tokens: [var only] } when error.Message.StartsWith("Cannot parse", StringComparison.Ordinal) =>
            $"{option.Name} {only.Value}: {Form(option.ValueType)}",
        _ => error.Message,
    };

    private static string Form(Type type)
    {
        var inner = Nullable.GetUnderlyingType(type) ?? type;
        return inner.IsEnum ? $"Write one of: {string.Join(", ", Enum.GetNames(inner))}."
            : inner == typeof(int) || inner == typeof(long) ? "Write a whole number."
            : inner == typeof(bool) ? "Write true or false."
            : "Write a number.";
    }

    private static string Meant(string given, IEnumerable<string> known, string otherwise) =>
        Nearest.Of(given, known) is { } near ? $" Did you mean {near}?" : otherwise;

    private static IEnumerable<string> OptionsAt(CommandResult place) =>
        place.Command.Options.Concat(Above(place).SelectMany(command => command.Options.Where(option => option.Recursive)))
            .Where(option => !option.Hidden).Select(option => option.Name);

    private static IEnumerable<Command> Above(CommandResult place) =>
        place.Parent is CommandResult parent ? Above(parent).Prepend(parent.Command) : [];

    private static IEnumerable<string> Known(Command command) =>
        command.Subcommands.Where(inner => !inner.Hidden).Select(inner => inner.Name);

    private static string Names(Command command)
    {
        var names = Known(command).ToList();
        return names.Count <= MostListed ? string.Join(", ", names) : $"{string.Join(", ", names.Take(MostListed))} … (--help lists all)";
    }
}
