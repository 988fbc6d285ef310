using System.Text;
using Herald.Engine.Basics;
using Herald.Messages;
using Herald.Messages.Templates;
using Herald.Outbound;
using Herald.Posts.Definitions;

namespace Herald.Posts.Requests;

/// <summary>The request of a provider: its definition with the values of the settings. A message fills the rest.</summary>
internal sealed class PostRequest
{
    private static readonly Message Sample = new() { Id = "sample", Text = "sample", To = "sample" };

    private readonly HttpMethod _method;
    private readonly Template _url;
    private readonly IReadOnlyList<KeyValuePair<string, Template>> _headers;
    private readonly string? _authorization, _contentType;
    private readonly PostBody _body;
    private readonly Markup _markup;

    private PostRequest(
        PostDefinition definition, Template url, IReadOnlyList<KeyValuePair<string, Template>> headers, string? authorization,
        PostBody body)
    {
        (_method, _url, _headers, _authorization, _body) = (new(definition.Method), url, headers, authorization, body);
        _markup = definition.Markup;
        _contentType = definition.Headers.Any(header => HeaderRules.IsContentType(header.Key)) ? null : body.ContentType;
    }

    /// <param name="values">The values of the settings, by name, with defaults for those that are not given.</param>
    /// <returns>Null when there are problems.</returns>
    public static PostRequest? Build(
        PostDefinition definition, IReadOnlyDictionary<string, string> values, List<FieldProblem> problems)
    {
        var url = UrlOf(definition, values, problems);
        var headers = new List<KeyValuePair<string, Template>>();
        foreach (var (name, source) in definition.Headers)
        {
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
        // A client would follow such a step of a path, and so leave the address of the definition.
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || !IsAsWritten(url, text))
            return (null, FieldProblem.Of("/to", message.To, "It cannot be a part of the provider's address."));
        var headers = _headers.Where(header => !header.Value.IsUnfilled(message))
            .Select(header => KeyValuePair.Create(header.Key, header.Value.Render(message))).ToList();
        return (new(_method, url, headers, _authorization, _contentType, _body.Render(shown)), null);
    }

    /// <summary>How long the text is with its escapes and with what stands beside it.</summary>
    public int LengthOf(Message message, LengthUnit unit)
    {
        var shown = _markup.Apply(message);
        return _body.TextsOf(shown).DefaultIfEmpty(shown.Text).Max(unit.Of);
    }

    /// <summary>
    /// The values of the settings are written into the URL here: an address as it is, because the URL begins with it, and others with what
    /// a path allows. So a token with a colon stands there as its service documents it.
    /// </summary>
    private static Template? UrlOf(PostDefinition definition, IReadOnlyDictionary<string, string> values, List<FieldProblem> problems)
    {
        var source = definition.Url;
        foreach (var parameter in definition.Parameters)
        {
            var value = values[parameter.Name];
            var written = parameter.IsAddress
                ? value.TrimEnd('/') : Uri.EscapeDataString(value).Replace("%3A", ":", StringComparison.Ordinal);
            source = source.Replace($"{{{{{parameter.Name}}}}}", written, StringComparison.Ordinal);
        }
        source = WithOneQuery(source);
        if (Parse(source, TemplateEncoding.UrlPart, values, "/url", problems) is not { } template)
            return null;
        var rule = AddressRules.Refuse(template.Render(Sample));
        if (rule is not null)
            problems.Add(FieldProblem.Of("/url", definition.Url, rule));
        return template;
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

    /// <summary>False when the URL is shorter than its text, because steps such as <c>..</c> were followed.</summary>
    private static bool IsAsWritten(Uri url, string text) =>
        url.AbsolutePath.Count(c => c == '/') == PathOf(text).Count(c => c == '/') || PathOf(text).Length == 0;

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
