using System.Text.Json;
using System.Text.RegularExpressions;
using Herald.Engine.Basics;
using Herald.Messages.Providers;
using Herald.Messages.Templates;
using Herald.Posts.Answers;
using Herald.Posts.Requests;

namespace Herald.Posts.Definitions;

/// <summary>Reads a definition of a provider. It finds all problems at once.</summary>
public static class DefinitionReader
{
    private const string AddressForm = "address", SecretForm = "secret", SecretAddressForm = "secret-address", TextForm = "text";
    private static readonly string[] BodyFields = ["json", "form", "text"];
    private static readonly string[] Methods = ["POST", "PUT", "PATCH"];

    /// <returns>The definition, or what is wrong with it.</returns>
    public static (PostDefinition? Definition, IReadOnlyList<FieldProblem> Problems) Read(ReadOnlyMemory<byte> json)
    {
        var problems = new List<FieldProblem>();
        try
        {
            using var document = JsonDocument.Parse(
                json, new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            CheckTexts(document.RootElement);
            var definition = Read(document.RootElement, problems);
            return problems.Count == 0 ? (definition, []) : (null, problems);
        }
        catch (JsonException e)
        {
            return (null, [FieldProblem.Of(
                "", $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}", "The file is not valid JSON from here.")]);
        }
        catch (InvalidOperationException)
        {
            return (null, [FieldProblem.Of(
                "", "a string", "It is not valid Unicode: it has bytes that are not UTF-8, or an escape for half of a UTF-16 pair.")]);
        }
    }

    /// <exception cref="InvalidOperationException">A text or a name is not valid Unicode.</exception>
    private static void CheckTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var field in element.EnumerateObject())
                {
                    _ = field.Name;
                    CheckTexts(field.Value);
                }
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    CheckTexts(item);
                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null or JsonValueKind.Undefined:
            default:
                break;
        }
    }

    private static PostDefinition Read(JsonElement root, List<FieldProblem> problems)
    {
        var fields = new DefinitionObject(
            root, "", problems,
            "about", "values", "to", "method", "url", "basic", "headers", "json", "form", "text", "markup", "longestText", "lengthIn",
            "largestBody", "dropsRepeats", "answers", "wait", "words");
        var (kind, body) = BodyOf(fields);
        return new()
        {
            About = fields.Text("about", "Say what the provider is, and where its interface is documented."),
            Parameters = ParametersOf(fields, problems),
            To = fields.Find("to") is { } to ? RecipientOf(to, problems) : null,
            Method = OneOf(fields, "method", Methods, "POST"),
            Url = fields.Text("url", "Write an address, for example https://example.com/messages or {{server}}/messages."),
            Basic = fields.Find("basic") is { } basic ? BasicOf(basic, problems) : null,
            Headers = HeadersOf(fields, problems),
            BodyKind = kind,
            Body = body.ValueKind == JsonValueKind.Undefined ? body : body.Clone(),
            Markup = Markup.Find(OneOf(fields, "markup", Markup.Names, Markup.None.Name))!,
            LongestText = fields.Number("longestText", 1, 1_000_000),
            LengthUnit = LengthUnit.Find(OneOf(fields, "lengthIn", LengthUnit.Names, LengthUnit.Characters.Name))!,
            LargestBody = fields.Number("largestBody", 1, 100_000_000),
            DropsRepeats = fields.Switch("dropsRepeats"),
            Answers = AnswerRulesReader.Read(fields, problems),
        };
    }

    private static string OneOf(DefinitionObject fields, string name, IReadOnlyList<string> allowed, string otherwise)
    {
        var rule = $"One of {string.Join(", ", allowed)}.";
        if (fields.OptionalText(name, rule) is not { } text)
            return otherwise;
        if (allowed.Contains(text, StringComparer.Ordinal))
            return text;
        fields.Note(name, text, rule);
        return otherwise;
    }

    private static (PostBodyKind Kind, JsonElement Body) BodyOf(DefinitionObject fields)
    {
        var given = BodyFields.Where(fields.Has).ToList();
        if (given.Count != 1)
        {
            fields.Note("", string.Join(", ", given), "A definition has exactly one of json, form and text: the body of the request.");
            return default;
        }
        var (name, body) = (given[0], fields.Find(given[0])!.Value);
        var isText = name == "text";
        if (body.ValueKind != (isText ? JsonValueKind.String : JsonValueKind.Object))
            fields.Note(name, body, isText ? "Write a text." : "Write an object.");
        return (isText ? PostBodyKind.Text : name == "json" ? PostBodyKind.Json : PostBodyKind.Form, body);
    }

    private static List<PostParameter> ParametersOf(DefinitionObject fields, List<FieldProblem> problems)
    {
        var parameters = new List<PostParameter>();
        if (fields.Find("values") is not { } values)
            return parameters;
        if (values.ValueKind != JsonValueKind.Object)
        {
            fields.Note("values", values, "Write an object with a field for each value.");
            return parameters;
        }
        foreach (var field in values.EnumerateObject())
        {
            var pointer = $"/values/{field.Name}";
            if (!ProviderName.Accepts(field.Name) || Template.Names.Contains(field.Name, StringComparer.Ordinal))
            {
                problems.Add(FieldProblem.Of(
                    pointer, field.Name, $"{ProviderName.Rule} It is none of {string.Join(", ", Template.Names)}, which messages have."));
            }
            var value = new DefinitionObject(field.Value, pointer, problems, "about", "form", "default", "optional");
            var form = OneOf(value, "form", [TextForm, SecretForm, AddressForm, SecretAddressForm], TextForm);
            var isSecret = form is SecretForm or SecretAddressForm;
            var about = value.Text("about", "Say what the value is.");
            var ownDefault = value.OptionalText("default", "Write a text.");
            if (ownDefault is not null && isSecret)
                value.Note("default", ownDefault, "A secret has no default. Remove it.");
            if (ownDefault is not null && PostParameter.NamedBy(ownDefault) is { } other && parameters.All(one => one.Name != other))
                value.Note("default", ownDefault, "There is no such value before this one.");
            parameters.Add(new(
                field.Name, about, isSecret, form is AddressForm or SecretAddressForm,
                ownDefault ?? (value.Switch("optional") ? "" : null)));
        }
        return parameters;
    }

    private static RecipientRule RecipientOf(JsonElement to, List<FieldProblem> problems)
    {
        var fields = new DefinitionObject(to, "/to", problems, "rule", "pattern", "optional");
        var rule = fields.Text("rule", "Say in a sentence which recipients there are.");
        var isOptional = fields.Switch("optional");
        if (fields.OptionalText("pattern", "Write a regular expression.") is not { } pattern)
            return new(rule, null, isOptional);
        try
        {
            // It looks at texts of others. Without backtracking its time is bounded by their length, so it needs no time-out.
            const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
            return new(rule, new($"^(?:{pattern})\\z", Options), isOptional);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            fields.Note("pattern", pattern, $"It is no regular expression that can be used here: {e.Message}");
            return new(rule, null, isOptional);
        }
    }

    private static (string User, string Password) BasicOf(JsonElement basic, List<FieldProblem> problems)
    {
        var fields = new DefinitionObject(basic, "/basic", problems, "user", "password");
        return (
            fields.Text("user", "Write a text, for example {{account}}."),
            fields.Text("password", "Write a text, for example {{token}}."));
    }

    private static List<KeyValuePair<string, string>> HeadersOf(DefinitionObject fields, List<FieldProblem> problems)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (fields.Find("headers") is not { } given)
            return headers;
        var hasBasic = fields.Has("basic");
        if (given.ValueKind != JsonValueKind.Object)
        {
            fields.Note("headers", given, "Write an object with a text for each header.");
            return headers;
        }
        foreach (var header in given.EnumerateObject())
        {
            if (HeaderRules.Refuse(header.Name) is { } rule)
                problems.Add(FieldProblem.Of($"/headers/{header.Name}", header.Name, rule));
            else if (header.Value.ValueKind != JsonValueKind.String)
                problems.Add(FieldProblem.Of($"/headers/{header.Name}", header.Value.GetRawText(), "Write a text."));
            else if (header.Value.GetString()!.Any(c => c is < ' ' or > '~'))
                problems.Add(FieldProblem.Of($"/headers/{header.Name}", header.Value.GetString(), "A header is one line of ASCII."));
            else if (hasBasic && header.Name.Equals("Authorization", StringComparison.OrdinalIgnoreCase))
                problems.Add(FieldProblem.Of($"/headers/{header.Name}", header.Name, "basic writes this header. Remove one of them."));
            else
                headers.Add(new(header.Name, header.Value.GetString()!));
        }
        return headers;
    }
}
