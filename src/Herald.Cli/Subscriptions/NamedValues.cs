using System.CommandLine;
using System.Text.Json.Nodes;

namespace Herald.Cli.Subscriptions;

/// <summary>A field of a subscription that has values by name, and its option <c>NAME=VALUE</c>, which can be repeated.</summary>
internal sealed class NamedValues
{
    private readonly Func<string, JsonNode?> _read;

    /// <param name="path">The place of the field in the JSON of the API, such as <c>labels</c>.</param>
    /// <param name="read">A value in JSON; null for a text that is none.</param>
    public NamedValues(string option, string path, string value, string example, string description, Func<string, JsonNode?> read)
    {
        (Path, _read) = (path.Split('.'), read);
        Option = new Option<string[]>(option)
        {
            Description = $"{description} It can be repeated; {SubscriptionField.None} removes those that there are.",
            HelpName = value,
            Arity = ArgumentArity.OneOrMore,
        };
        Option.Validators.Add(result =>
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var token in result.Tokens.Where(token => token.Value != SubscriptionField.None && !IsNew(token.Value, names)))
                result.AddError($"{option} {token.Value}: expected {value}, such as {example}, and each name once.");
        });
    }

    public Option<string[]> Option { get; }

    public IReadOnlyList<string> Path { get; }

    /// <summary>The values that are there are to go, as far as they are not given again.</summary>
    public static bool Clears(IReadOnlyList<string> given) => given.Contains(SubscriptionField.None);

    public IEnumerable<(string Name, JsonNode Value)> Read(IEnumerable<string> given) =>
        given.Where(one => one != SubscriptionField.None).Select(one => one.Split('=', 2)).Select(pair => (pair[0], _read(pair[1])!));

    private bool IsNew(string text, HashSet<string> names) =>
        text.Split('=', 2) is [{ Length: > 0 } name, var value] && _read(value) is not null && names.Add(name);
}
