using System.Text;
using System.Text.RegularExpressions;
using Herald.Engine.Basics;
using Herald.Messages;
using Herald.Messages.Templates;
using Herald.Outbound;
using Herald.Posts.Definitions;

namespace Herald.Posts.Requests;

/// <summary>The request of a provider: its definition with the values of the settings. A message fills the rest.</summary>
internal sealed partial class PostRequest
{
    private static readonly Message Sample = new() { Id = "sample", Text = "sample", To = "sample" };

    private readonly HttpMethod _method;
    private readonly Template _url;
    private readonly IReadOnlyList<KeyValuePair<string, Template>> _headers;
    private readonly IReadOnlyList<KeyValuePair<string, Template>> _placesOfUrl;
    private readonly string? _contentType;
    private readonly PostBody _body;
    private readonly Markup _markup;

    private PostRequest(
        PostDefinition definition, Template url, IReadOnlyList<KeyValuePair<string, Template>> headers, string? authorization,
        PostBody body)
    {
        (_method, _url, _headers, Authorization, _body) = (new(definition.Method), url, headers, authorization, body);
        _placesOfUrl = [.. Place().Matches(url.Source).Select(place => KeyValuePair.Create(
            place.Groups[1].Value, Template.Parse(place.Value, TemplateEncoding.Plain).Template!))];
        _markup = definition.Markup;
        _contentType = definition.Headers.Any(header => HeaderRules.IsContentType(header.Key)) ? null : body.ContentType;
    }

    /// <summary>The header for basic authentication; null when there is none.</summary>
    public string? Authorization { get; }

    /// <param name="values">The values of the settings, by name, with defaults for those that are not given.</param>
    /// <param name="isPrivate">The provider is on a network of the operator.</param>
    /// <returns>Null when there are problems.</returns>
    public static PostRequest? Build(
        PostDefinition definition, IReadOnlyDictionary<string, string> values, bool isPrivate, List<FieldProblem> problems)
    {
        var url = UrlOf(definition, values, isPrivate, problems);
        var headers = new List<KeyValuePair<string, Template>>();
        foreach (var (name, source) in definition.Headers)
        {
            var foreign = Place().Matches(source).Select(place => place.Groups[1].Value)
                .FirstOrDefault(value => values.TryGetValue(value, out var given) && !given.All(char.IsAscii));
            if (foreign is not null)
                problems.Add(FieldProblem.Of($"/headers/{name}", source, $"A header is ASCII, and the value of {foreign} is not."));
            if (Parse(source, TemplateEncoding.Header, values, $"/headers/{name}", problems) is { } header)
                headers.Add(new(name, header));
        }
        var authorization = definition.Basic is { } basic ? BasicOf(basic, values, problems) : null;
        var body = PostBody.Parse(definition, values, problems);
        return problems.Count == 0 ? new(definition, url!, headers, authorization, body!) : null;
    }

    /// <summary>The request for a message.</summary>
    /// <returns>The request, or why the message cannot be sent.</returns>
    public (PreparedRequest? Request, FieldProblem? Problem) Prepare(Message message)
    {
        var shown = _markup.Apply(message);
        var text = _url.Render(message);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || !IsAsWritten(url, text))
            return (null, StepOf(message));
        var headers = _headers.Where(header => !header.Value.IsUnfilled(message))
            .Select(header => KeyValuePair.Create(header.Key, header.Value.Render(message))).ToList();
        return (new(_method, url, headers, Authorization, _contentType, _body.Render(shown)), null);
    }

    /// <summary>The texts in which the text of the message stands, as the provider gets them.</summary>
    public IEnumerable<string> TextsOf(Message message) => _body.TextsOf(_markup.Apply(message));

    /// <summary>How long the text is with its escapes and with what stands beside it.</summary>
    public int LengthOf(Message message, LengthUnit unit)
    {
        var shown = _markup.Apply(message);
        return _body.TextsOf(shown).DefaultIfEmpty(shown.Text).Max(unit.Of);
    }

    private static Template? UrlOf(
        PostDefinition definition, IReadOnlyDictionary<string, string> values, bool isPrivate, List<FieldProblem> problems)
    {
        var source = WithOneQuery(WithValues(definition, values, problems));
        if (Parse(source, TemplateEncoding.UrlPart, values, "/url", problems) is not { } template)
            return null;
        var rule = HostOf(source).Contains("{{", StringComparison.Ordinal)
            ? "A message must not choose the host, which gets the secrets. Write the host, or take it from a value with the form address."
            : AddressRules.Refuse(template.Render(Sample), isPrivate);
        if (rule is not null)
            problems.Add(FieldProblem.Of("/url", definition.Url, rule));
        return template;
    }

    /// <summary>
    /// The URL with the values of the settings: an address as it is, because the URL begins with it, and others with what a path allows. So
    /// a token with a colon stands there as its service documents it.
    /// </summary>
    private static string WithValues(PostDefinition definition, IReadOnlyDictionary<string, string> values, List<FieldProblem> problems)
    {
        var source = definition.Url;
        return Place().Replace(source, place =>
        {
            var parameter = definition.Parameters.FirstOrDefault(one => one.Name == place.Groups[1].Value);
            if (parameter is null)
                return place.Value;
            var value = values[parameter.Name];
            if (!parameter.IsAddress)
                return Uri.EscapeDataString(value).Replace("%3A", ":", StringComparison.Ordinal);
            var path = source.AsSpan(place.Index + place.Length).StartsWith('/');
            if (path && value.Contains('?', StringComparison.Ordinal))
                problems.Add(FieldProblem.Of("/url", source, $"The address of {parameter.Name} has a query, so no path can follow it."));
            // One of the two slashes is enough.
            return path && value.EndsWith('/') ? value[..^1] : value;
        });
    }

    /// <summary>All before the path.</summary>
    private static string HostOf(string url)
    {
        var host = url.IndexOf("://", StringComparison.Ordinal);
        var end = host < 0 ? -1 : url.AsSpan(host + 3).IndexOfAny('/', '?', '#');
        return end < 0 ? url : url[..(host + 3 + end)];
    }

    /// <summary>An address of the settings can have a query already; then a query of the definition continues it.</summary>
    private static string WithOneQuery(string url)
    {
        var first = url.IndexOf('?', StringComparison.Ordinal);
        return first < 0 ? url : url[..(first + 1)] + url[(first + 1)..].Replace('?', '&');
    }

    private static string? BasicOf(
        (string User, string Password) basic, IReadOnlyDictionary<string, string> values, List<FieldProblem> problems)
    {
        var user = Parse(basic.User, TemplateEncoding.Plain, values, "/basic/user", problems)?.Render(Sample);
        var password = Parse(basic.Password, TemplateEncoding.Plain, values, "/basic/password", problems)?.Render(Sample);
        if (user?.Contains(':', StringComparison.Ordinal) == true)
            problems.Add(FieldProblem.Of("/basic/user", basic.User, "The user of basic authentication has no colon."));
        return $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}";
    }

    private static Template? Parse(
        string source, TemplateEncoding encoding, IReadOnlyDictionary<string, string> values, string pointer, List<FieldProblem> problems)
    {
        var (template, problem) = Template.Parse(source, encoding, values);
        if (problem is not null)
            problems.Add(problem with { Pointer = pointer });
        return template;
    }

    /// <summary>
    /// False when the URL has another path than its text, because a client follows steps such as <c>..</c>, also when they are escaped, and
    /// would leave the address of the definition.
    /// </summary>
    private static bool IsAsWritten(Uri url, string text)
    {
        var (path, written) = (url.AbsolutePath, PathOf(text));
        return written.Length == 0 || (path.Count(c => c == '/') == written.Count(c => c == '/')
            && Uri.UnescapeDataString(path) == Uri.UnescapeDataString(written));
    }

    /// <summary>The field that is such a step.</summary>
    private FieldProblem StepOf(Message message)
    {
        foreach (var (name, template) in _placesOfUrl)
        {
            if (template.Render(message) is ("." or "..") and var step)
                return FieldProblem.Of($"/{name.Replace('.', '/')}", step, "It cannot be a part of the provider's address.");
        }
        return FieldProblem.Of("", message.Id, "It makes an address that is none.");
    }

    [GeneratedRegex(@"\{\{\s*([^{}]*?)\s*\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();

    private static string PathOf(string url)
    {
        var host = url.IndexOf("://", StringComparison.Ordinal) + 3;
        var path = url.IndexOf('/', host);
        var query = url.IndexOf('?', host);
        return path < 0 || (query >= 0 && query < path) ? "" : query < 0 ? url[path..] : url[path..query];
    }
}

/// <summary>A request that is ready to be sent, also more than once.</summary>
internal sealed record PreparedRequest(
    HttpMethod Method, Uri Url, IReadOnlyList<KeyValuePair<string, string>> Headers, string? Authorization, string? ContentType,
    ReadOnlyMemory<byte> Body)
{
    public OutboundRequest Create()
    {
        var request = new OutboundRequest(Method, Url, Body);
        request.Headers.TryAddWithoutValidation("User-Agent", OutboundRequest.UserAgent);
        if (Authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", Authorization);
        if (ContentType is not null)
            request.ContentHeaders.TryAddWithoutValidation("Content-Type", ContentType);
        foreach (var (name, value) in Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.ContentHeaders.TryAddWithoutValidation(name, value);
        }
        return request;
    }
}
