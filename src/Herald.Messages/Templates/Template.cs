using System.Collections.Frozen;
using System.Text;
using Herald.Engine.Basics;
using Herald.Messages.Reading;

namespace Herald.Messages.Templates;

/// <summary>
/// A text with places such as <c>{{to}}</c> and <c>{{data.order}}</c>, which a message fills. It has no conditions and no loops. A name
/// that does not exist is refused when the template is read; a field that a message does not have is empty.
/// </summary>
public sealed class Template
{
    private const int MostBytes = 64 << 10;

    private static readonly FrozenDictionary<string, Func<Message, string?>> Fields =
        new Dictionary<string, Func<Message, string?>>
        {
            ["id"] = message => message.RepeatKey ?? message.Id,
            ["uuid"] = message => message.Id,
            ["to"] = message => message.To,
            ["subject"] = message => message.Subject,
            ["text"] = message => message.Text,
            ["headline"] = message => message.Headline,
            ["html"] = message => message.Html,
            ["category"] = message => message.Category,
            ["priority"] = message => message.Priority switch
            {
                MessagePriority.Low => "low",
                MessagePriority.Normal => "normal",
                MessagePriority.High => "high",
            },
            ["unsubscribe"] = message => message.Unsubscribe?.AbsoluteUri,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly Part[] _parts;
    private readonly TemplateEncoding _encoding;

    private Template(Part[] parts, TemplateEncoding encoding, string source) => (_parts, _encoding, Source) = (parts, encoding, source);

    public string Source { get; }

    /// <summary>The names that templates can use, for messages about unknown ones.</summary>
    public static IEnumerable<string> Names => Fields.Keys.Order(StringComparer.Ordinal).Append("data.NAME");

    /// <param name="encoding">How each value is written.</param>
    /// <param name="values">Values besides those of messages, such as a token of the provider.</param>
    /// <returns>The template, or what is wrong with its text.</returns>
    public static (Template? Template, FieldProblem? Problem) Parse(
        string source, TemplateEncoding encoding, IReadOnlyDictionary<string, string>? values = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(encoding);
        if (source.Length > MostBytes)
            return (null, FieldProblem.Of("", source, $"A template has at most {MostBytes:N0} characters."));
        var parts = new List<Part>();
        for (var at = 0; at < source.Length;)
        {
            var open = source.IndexOf("{{", at, StringComparison.Ordinal);
            var end = open < 0 ? source.Length : open;
            if (end > at)
                parts.Add(new(source[at..end], null));
            if (open < 0)
                break;
            var close = source.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
                return (null, FieldProblem.Of("", source[open..], "A place begins with {{ and needs }} at its end."));
            var name = source[(open + 2)..close].Trim();
            if (Find(name, values) is not { } field)
            {
                var known = string.Join(", ", Names.Concat((values?.Keys ?? []).Order(StringComparer.Ordinal)));
                return (null, FieldProblem.Of("", $"{{{{{name}}}}}", $"There is no such value. Known: {known}."));
            }
            parts.Add(new("", field));
            at = close + 2;
        }
        return (new([.. parts], encoding, source), null);
    }

    /// <summary>It has places, so what it says depends on the message.</summary>
    public bool HasPlaces => Array.Exists(_parts, part => part.Field is not null);

    /// <summary>It has places, and the message fills none of them. Then a caller may leave the whole text out.</summary>
    public bool IsUnfilled(Message message) =>
        HasPlaces && Array.TrueForAll(_parts, part => part.Field is null || string.IsNullOrEmpty(part.Field(message)));

    public string Render(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_parts is [{ Field: null, Text: var only }])
            return only;
        var text = new StringBuilder();
        foreach (var part in _parts)
            text.Append(part.Field is null ? part.Text : _encoding.Encode(part.Field(message) ?? ""));
        return text.ToString();
    }

    public override string ToString() => Source;

    private static Func<Message, string?>? Find(string name, IReadOnlyDictionary<string, string>? values)
    {
        const string Data = "data.";
        if (values?.TryGetValue(name, out var value) ?? false)
            return _ => value;
        if (!name.StartsWith(Data, StringComparison.Ordinal))
            return Fields.GetValueOrDefault(name);
        var key = name[Data.Length..];
        return FieldRules.IsDataName(key) ? message => message.Data.GetValueOrDefault(key) : null;
    }

    private readonly record struct Part(string Text, Func<Message, string?>? Field);
}
