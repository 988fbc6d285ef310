using System.CommandLine;
using System.CommandLine.Parsing;

namespace Herald.Hosting.Commands;

/// <summary><c>--label NAME=VALUE</c>, which can be given several times.</summary>
public static class LabelOption
{
    public static Option<Dictionary<string, string>> Create(string description) => new("--label")
    {
        Description = $"{description} It can be repeated.",
        HelpName = "NAME=VALUE",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = Parse,
        DefaultValueFactory = _ => [],
    };

    private static Dictionary<string, string>? Parse(ArgumentResult result)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var token in result.Tokens)
        {
            if (token.Value.Split('=', 2) is [{ Length: > 0 } name, var value] && labels.TryAdd(name, value))
                continue;
            result.AddError($"--label {token.Value}: expected NAME=VALUE, such as team=billing, and each name once.");
            return null;
        }
        return labels;
    }
}
