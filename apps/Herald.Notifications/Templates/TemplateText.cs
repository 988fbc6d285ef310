using System.Text;
using Herald.Engine.Basics;
using Herald.Messages.Reading;
using Herald.Messages.Templates;

namespace Herald.Notifications.Templates;

/// <summary>A text with places such as <c>{{name}}</c>, which the parameters of a post fill.</summary>
/// <remarks>
/// Templates of channels (<see cref="Template"/>) have places for the fields of a message. Here a place is a parameter. A post
/// that lacks one is refused when it comes.
/// </remarks>
internal sealed class TemplateText
{
    private const int MostBytes = 64 << 10;
    private const string Open = "{{", Close = "}}";

    private readonly (string Text, bool IsPlace)[] _parts;
    private readonly TemplateEncoding _encoding;

    private TemplateText((string Text, bool IsPlace)[] parts, TemplateEncoding encoding) => (_parts, _encoding) = (parts, encoding);

    /// <summary>The parameters, each once, in the order of their first places.</summary>
    public IEnumerable<string> Names => _parts.Where(part => part.IsPlace).Select(part => part.Text).Distinct();

    /// <param name="encoding">How each parameter is written.</param>
    /// <returns>The text, or the offending part and what is wrong with it.</returns>
    public static (TemplateText? Text, FieldProblem? Problem) Parse(string source, TemplateEncoding encoding)
    {
        if (Encoding.UTF8.GetByteCount(source) > MostBytes)
            return (null, FieldProblem.Of("", source, $"A text of a template has at most {MostBytes:N0} bytes."));
        if (source.Contains('\0', StringComparison.Ordinal))
            return (null, FieldProblem.Of("", source, "A text of a template has no NUL character. Remove it."));
        var parts = new List<(string Text, bool IsPlace)>();
        for (var at = 0; at < source.Length;)
        {
            var open = source.IndexOf(Open, at, StringComparison.Ordinal);
            var end = open < 0 ? source.Length : open;
            if (end > at)
                parts.Add((source[at..end], false));
            if (open < 0)
                break;
            var close = source.IndexOf(Close, open, StringComparison.Ordinal);
            if (close < 0)
                return (null, FieldProblem.Of("", source[open..], "A place begins with {{ and needs }} at its end, such as {{name}}."));
            var name = source[(open + Open.Length)..close].Trim();
            if (!FieldRules.IsDataName(name))
            {
                return (null, FieldProblem.Of(
                    "", source[open..(close + Close.Length)],
                    "The name of a parameter has 1 to 128 letters, digits, hyphens and underscores."));
            }
            parts.Add((name, true));
            at = close + Close.Length;
        }
        return (new([.. parts], encoding), null);
    }

    /// <summary>A parameter that is missing is empty.</summary>
    public string Fill(TextMap parameters)
    {
        var text = new StringBuilder();
        foreach (var (part, isPlace) in _parts)
            text.Append(isPlace ? _encoding.Encode(parameters.Find(part) ?? "") : part);
        return text.ToString();
    }

    /// <summary>How many bytes the filled text has at most, found without filling it.</summary>
    public long MostBytesWith(TextMap parameters)
    {
        var most = 0L;
        foreach (var (part, isPlace) in _parts)
            most += Encoding.UTF8.GetByteCount(isPlace ? _encoding.Encode(parameters.Find(part) ?? "") : part);
        return most;
    }
}
