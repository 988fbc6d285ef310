using System.Text;
using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Messages;
using Herald.Messages.Templates;
using Herald.Posts.Definitions;

namespace Herald.Posts.Requests;

/// <summary>The body of a request: JSON, a form or a text.</summary>
internal abstract record PostBody
{
    private sealed record Json(JsonBody Body) : PostBody;

    private sealed record Form(IReadOnlyList<KeyValuePair<string, PostText>> Fields) : PostBody;

    private sealed record Plain(PostText Text) : PostBody;

    public string ContentType => this switch
    {
        Json => "application/json; charset=utf-8",
        Form => "application/x-www-form-urlencoded",
        Plain => "text/plain; charset=utf-8",
        _ => throw new System.Diagnostics.UnreachableException($"{this}"),
    };

    /// <returns>Null when there are problems.</returns>
    public static PostBody? Parse(
        PostDefinition definition, IReadOnlyDictionary<string, string> values, List<FieldProblem> problems)
    {
        switch (definition.BodyKind)
        {
            case PostBodyKind.Json:
                return new Json(JsonBody.Parse(definition.Body, values, "/json", problems));
            case PostBodyKind.Text:
                return PostText.Parse(definition.Body.GetString()!, TemplateEncoding.Plain, values, "/text", problems) is { } plain
                    ? new Plain(plain) : null;
            case PostBodyKind.Form:
                var fields = new List<KeyValuePair<string, PostText>>();
                foreach (var field in definition.Body.EnumerateObject())
                {
                    var pointer = $"/form/{field.Name}";
                    if (field.Value.ValueKind != JsonValueKind.String)
                        problems.Add(FieldProblem.Of(pointer, field.Value.GetRawText(), "Write a text."));
                    else if (PostText.Parse(field.Value.GetString()!, TemplateEncoding.Plain, values, pointer, problems) is { } text)
                        fields.Add(new(field.Name, text));
                }
                return new Form(fields);
            default:
                throw new System.Diagnostics.UnreachableException($"{definition.BodyKind}");
        }
    }

    public ReadOnlyMemory<byte> Render(Message message) => this switch
    {
        Json json => json.Body.Render(message),
        Form form => Encoding.UTF8.GetBytes(string.Join('&', FieldsOf(form, message))),
        Plain plain => Encoding.UTF8.GetBytes(plain.Text.Render(message) ?? ""),
        _ => throw new System.Diagnostics.UnreachableException($"{this}"),
    };

    /// <summary>The texts in which the text of the message stands, as the provider reads them.</summary>
    public IEnumerable<string> TextsOf(Message message) => this switch
    {
        Json json => json.Body.TextsOf(message),
        Form form => form.Fields.Where(field => field.Value.HasText).Select(field => field.Value.Render(message)).OfType<string>(),
        Plain { Text.HasText: true } plain => new[] { plain.Text.Render(message) }.OfType<string>(),
        Plain => [],
        _ => throw new System.Diagnostics.UnreachableException($"{this}"),
    };

    /// <summary>Names and whole values are encoded here, so that a form has the same rules as JSON for what is left out.</summary>
    private static IEnumerable<string> FieldsOf(Form form, Message message)
    {
        foreach (var (name, text) in form.Fields)
        {
            if (text.Render(message) is { } value)
                yield return $"{TemplateEncoding.FormField.Encode(name)}={TemplateEncoding.FormField.Encode(value)}";
        }
    }
}
