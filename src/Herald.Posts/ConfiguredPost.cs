using System.Text;
using Herald.Engine.Basics;
using Herald.Hosting.Text;
using Herald.Posts.Definitions;
using Herald.Posts.Requests;

namespace Herald.Posts;

/// <summary>A definition together with the values that the settings of one provider give it.</summary>
internal sealed class ConfiguredPost
{
    private const int MostProblems = 8;

    private const string Mask = "***", HiddenValue = "(hidden)";

    /// <summary>A shorter secret would be found in words by chance.</summary>
    private const int ShortestHidden = 4;

    private readonly string[] _secrets;

    private ConfiguredPost(PostDefinition definition, PostRequest request, IEnumerable<string> secrets)
    {
        (Definition, Request) = (definition, request);
        // The longest is first, because one can be a part of another.
        _secrets =
        [
            .. secrets.SelectMany(SpellingsOf).Where(secret => secret.Length >= ShortestHidden)
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
        if (definition is null)
            return (null, [OfDefinition(setting, options.Kind, fieldProblems)]);
        var problems = new List<SettingProblem>();
        var values = ValuesOf(setting, options, definition, problems);
        if (problems.Count > 0)
            return (null, problems);
        var requestProblems = new List<FieldProblem>();
        var request = PostRequest.Build(definition, values, requestProblems);
        if (options.To is { } to && definition.To is null)
            problems.Add(new($"{setting}.to", $"'{options.Kind}' has no recipients: its address says who gets a post. Remove it."));
        else if (options.To is { } wrong && definition.To?.Pattern?.IsMatch(wrong) == false)
            problems.Add(new($"{setting}.to", definition.To.Rule));
        if (requestProblems.Count > 0)
            problems.Add(OfDefinition(setting, options.Kind, requestProblems));
        var secrets = definition.Parameters.Where(parameter => parameter.IsSecret || IsSecret(options, parameter.Name))
            .Select(parameter => values[parameter.Name]);
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
        string setting, PostProviderOptions options, PostDefinition definition, List<SettingProblem> problems)
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
            if (Read(place, given, parameter, problems) is { } value)
                values[parameter.Name] = Check(place, value, parameter, given.Text is null, problems);
        }
        return values;
    }

    /// <summary>A default can be another value, which the definition lists before it: <c>{{account}}</c>.</summary>
    private static string DefaultOf(PostParameter parameter, Dictionary<string, string> values)
    {
        var text = parameter.Default ?? "";
        var other = text.StartsWith("{{", StringComparison.Ordinal) && text.EndsWith("}}", StringComparison.Ordinal) ? text[2..^2] : "";
        return values.GetValueOrDefault(other, text);
    }

    private static string WaysFor(string place, PostParameter parameter) =>
        parameter.IsSecret ? $"{place}.secret or {place}.file" : $"{place}.text";

    private static string? Read(string place, PostValueOptions given, PostParameter parameter, List<SettingProblem> problems)
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
        try
        {
            return File.ReadAllText(file, new UTF8Encoding(false, throwOnInvalidBytes: true)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException or ArgumentException)
        {
            problems.Add(new($"{place}.file", $"The file cannot be read: {FileReason.Of(e)}.") { Value = file });
            return null;
        }
    }

    private static string Check(string place, string value, PostParameter parameter, bool isSecret, List<SettingProblem> problems)
    {
        const int Longest = 4096;
        var rule = value.Length is 0 or > Longest ? $"It has 1 to {Longest:N0} characters."
            : value.Any(char.IsControl) ? "It contains a control character, such as a line break. Remove it."
            : parameter.IsSecret && !value.All(char.IsAscii) ? "It contains a character that is not in ASCII. Copy it again."
            : parameter.IsAddress ? AddressRules.Refuse(value)
            : null;
        if (rule is not null)
            problems.Add(new(place, $"{parameter.About} {rule}") { Value = parameter.IsSecret || isSecret ? HiddenValue : value });
        return value;
    }

    private static bool IsSecret(PostProviderOptions options, string name) =>
        options.Values.TryGetValue(name, out var given) && given.Text is null;

    /// <summary>A secret as it is, and as it can stand in a URL. Of a URL, path and query are what a provider would repeat.</summary>
    private static IEnumerable<string> SpellingsOf(string secret) => Uri.TryCreate(secret, UriKind.Absolute, out var url)
        ? [secret, url.AbsoluteUri, url.PathAndQuery.Length > 1 ? url.PathAndQuery : secret]
        : [secret, Uri.EscapeDataString(secret)];
}
