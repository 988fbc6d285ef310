using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Herald.Engine.Basics;
using Herald.Posts.Definitions;
using Herald.Posts.Requests;

namespace Herald.Posts;

/// <summary>A definition together with the values that the settings of one provider give it.</summary>
internal sealed partial class ConfiguredPost
{
    private const int MostProblems = 8;

    private const string Mask = "***", HiddenValue = "(hidden)";

    /// <summary>A shorter one would be found in words by chance, so it could not be removed from answers.</summary>
    private const int ShortestSecret = 6;

    /// <summary>A part of a secret address that is so long is a secret of its own.</summary>
    private const int ShortestPart = 16;

    private readonly string[] _secrets;

    private ConfiguredPost(PostDefinition definition, PostRequest request, IEnumerable<string> secrets)
    {
        (Definition, Request) = (definition, request);
        // The longest is first, because one can be a part of another.
        _secrets =
        [
            .. secrets.SelectMany(SpellingsOf).Where(secret => secret.Length > 0).Distinct(StringComparer.Ordinal)
                .OrderByDescending(secret => secret.Length),
        ];
    }

    public PostDefinition Definition { get; }

    public PostRequest Request { get; }

    /// <summary>Removes the secrets from a text. Providers repeat parts of a request in their errors.</summary>
    public string Hide(string text) =>
        _secrets.Aggregate(text, (hidden, secret) => hidden.Replace(secret, Mask, StringComparison.Ordinal));

    /// <param name="name">The name of the provider, for problems.</param>
    /// <returns>The post, or what is wrong with the settings or with the definition.</returns>
    public static (ConfiguredPost? Post, IReadOnlyList<SettingProblem> Problems) Configure(
        string name, PostProviderOptions options, Presets presets)
    {
        var setting = $"providers.{name}";
        var (json, missing) = presets.Load(options.Kind);
        if (json is null)
            return (null, [new($"{setting}.kind", missing!) { Value = options.Kind }]);
        var (definition, fieldProblems) = DefinitionReader.Read(json);
        return definition is null
            ? (null, [OfDefinition(setting, options.Kind, fieldProblems)]) : Configure(name, options, definition, PostSecretFile.Read);
    }

    /// <param name="read">The text of the file that has this value, or why there is none.</param>
    public static (ConfiguredPost? Post, IReadOnlyList<SettingProblem> Problems) Configure(
        string name, PostProviderOptions options, PostDefinition definition, PostSecretFile.Reading read)
    {
        var setting = $"providers.{name}";
        var problems = new List<SettingProblem>();
        var values = ValuesOf(setting, options, definition, read, problems);
        if (problems.Count > 0)
            return (null, problems);
        var requestProblems = new List<FieldProblem>();
        var request = PostRequest.Build(definition, values, options.PrivateNetwork, requestProblems);
        if (options.To is { } to && definition.To is null)
            problems.Add(new($"{setting}.to", $"'{options.Kind}' has no recipients: its address says who gets a post. Remove it."));
        else if (options.To is { } wrong && definition.To?.Pattern?.IsMatch(wrong) == false)
            problems.Add(new($"{setting}.to", definition.To.Rule));
        if (requestProblems.Count > 0)
            problems.Add(OfDefinition(setting, options.Kind, requestProblems));
        var secrets = definition.Parameters.Where(parameter => parameter.IsSecret || IsSecret(options, parameter.Name))
            .Select(parameter => values[parameter.Name]);
        // Of basic authentication, what goes out is another text than the password.
        if (request?.Authorization is { } authorization)
            secrets = secrets.Append(authorization[(authorization.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        return problems.Count == 0 ? (new(definition, request!, secrets), []) : (null, problems);
    }

    /// <summary>All problems of a definition as one, because a setting has one problem at a time.</summary>
    private static SettingProblem OfDefinition(string setting, string kind, IReadOnlyList<FieldProblem> problems)
    {
        var sentences = problems.Take(MostProblems).Select(
            problem => $"{(problem.Pointer.Length == 0 ? "the whole" : problem.Pointer)} is '{problem.Value}'. {problem.Rule}");
        var more = problems.Count > MostProblems ? $" There are {problems.Count - MostProblems:N0} more." : "";
        return new($"{setting}.kind", $"In this definition, {string.Join(" And ", sentences)}{more}") { Value = kind };
    }

    private static Dictionary<string, string> ValuesOf(
        string setting, PostProviderOptions options, PostDefinition definition, PostSecretFile.Reading read, List<SettingProblem> problems)
    {
        var known = string.Join(", ", definition.Parameters.Select(parameter => parameter.Name).DefaultIfEmpty("none"));
        foreach (var name in options.Values.Keys.Where(name => definition.Parameters.All(parameter => parameter.Name != name)))
            problems.Add(new($"{setting}.values.{name}", $"'{options.Kind}' has no such value. It has {known}."));
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var parameter in definition.Parameters)
        {
            var place = $"{setting}.values.{parameter.Name}";
            if (!options.Values.TryGetValue(parameter.Name, out var given))
            {
                if (parameter.Default is null)
                    problems.Add(new(place, $"It is missing: {parameter.About} Write {WaysFor(place, parameter)}."));
                values[parameter.Name] = DefaultOf(parameter, values);
                continue;
            }
            if (Read(place, given, parameter, read, problems) is { } value)
                values[parameter.Name] = Check(place, value, parameter, given.Text is null, options.PrivateNetwork, problems);
        }
        return values;
    }

    /// <summary>A default can be another value, which the definition lists before it: <c>{{account}}</c>.</summary>
    private static string DefaultOf(PostParameter parameter, Dictionary<string, string> values)
    {
        var text = parameter.Default ?? "";
        return PostParameter.NamedBy(text) is { } other ? values.GetValueOrDefault(other, "") : text;
    }

    private static string WaysFor(string place, PostParameter parameter) =>
        parameter.IsSecret ? $"{place}.secret or {place}.file" : $"{place}.text";

    private static string? Read(
        string place, PostValueOptions given, PostParameter parameter, PostSecretFile.Reading read, List<SettingProblem> problems)
    {
        if (new[] { given.Text, given.Secret, given.File }.Count(one => one is not null) != 1)
        {
            problems.Add(new(place, $"Write exactly one of text, secret and file. For this value, write {WaysFor(place, parameter)}."));
            return null;
        }
        if (given.Text is not null && parameter.IsSecret)
        {
            // The value is not repeated: it was meant to be secret.
            problems.Add(
                new(place, $"It is a secret, and text would be shown. Write {WaysFor(place, parameter)}.") { Value = HiddenValue });
            return null;
        }
        if (given.File is not { } file)
            return given.Text ?? given.Secret;
        var (text, problem) = read(parameter.Name, file);
        if (text is null)
            problems.Add(new($"{place}.file", problem!) { Value = file });
        return text;
    }

    private static string Check(
        string place, string value, PostParameter parameter, bool isSecret, bool isPrivate, List<SettingProblem> problems)
    {
        const int Longest = 4096;
        var rule = value.Length is 0 or > Longest ? $"It has 1 to {Longest:N0} characters."
            : value.Any(char.IsControl) ? "It contains a control character, such as a line break. Remove it."
            : parameter.IsSecret && !value.All(char.IsAscii) ? "It contains a character that is not in ASCII. Copy it again."
            : parameter.IsAddress ? AddressRules.Refuse(value, isPrivate)
            : parameter.IsSecret && value.Length < ShortestSecret
                ? $"It is shorter than {ShortestSecret} characters, so it could not be hidden where an answer repeats it. Use a longer one."
            : null;
        if (rule is not null)
            problems.Add(new(place, $"{parameter.About} {rule}") { Value = parameter.IsSecret || isSecret ? HiddenValue : value });
        return value;
    }

    private static bool IsSecret(PostProviderOptions options, string name) =>
        options.Values.TryGetValue(name, out var given) && given.Text is null;

    /// <summary>A secret as it is, and as a service can write it when it repeats a request: in a URL, in JSON, or a part of it.</summary>
    private static IEnumerable<string> SpellingsOf(string secret) =>
        InUrls(secret).SelectMany(text => new[] { text, InJson(text), text.Replace("/", "\\/", StringComparison.Ordinal) });

    private static IEnumerable<string> InUrls(string secret)
    {
        if (!Uri.TryCreate(secret, UriKind.Absolute, out var url) || url.Host.Length == 0)
        {
            var escaped = Uri.EscapeDataString(secret);
            return [secret, escaped, LowerHex().Replace(escaped, digits => digits.Value.ToLowerInvariant())];
        }
        // Of a URL, path and query are what a service would repeat.
        var parts = url.PathAndQuery.Split(['/', '?', '&', '=']).Where(part => part.Length >= ShortestPart);
        return [secret, url.AbsoluteUri, .. url.PathAndQuery.Length > 1 ? [url.PathAndQuery] : Array.Empty<string>(), .. parts];
    }

    /// <summary>Many writers of JSON escape the characters that mean something in HTML.</summary>
    private static string InJson(string text) => JavaScriptEncoder.Default.Encode(text);

    [GeneratedRegex("%[0-9A-F]{2}")]
    private static partial Regex LowerHex();
}
