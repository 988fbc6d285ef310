using Herald.Engine.Basics;
using Herald.Messages;
using Herald.Messages.Templates;

namespace Herald.Posts.Requests;

/// <summary>
/// A text of a request. A line of it whose places are all empty is left out, so that <c>{{subject}}</c> above <c>{{text}}</c> leaves no
/// empty line when a message has no subject.
/// </summary>
internal sealed class PostText
{
    private readonly Template[] _lines;

    private PostText(Template[] lines, bool hasText) => (_lines, HasText) = (lines, hasText);

    /// <param name="values">The values of the settings, by name.</param>
    public static PostText? Parse(
        string source, TemplateEncoding encoding, IReadOnlyDictionary<string, string> values, string pointer, List<FieldProblem> problems)
    {
        var lines = new List<Template>();
        foreach (var line in source.Split('\n'))
        {
            var (template, problem) = Template.Parse(line, encoding, values);
            if (problem is not null)
                problems.Add(problem with { Pointer = pointer });
            else
                lines.Add(template!);
        }
        return problems.Count == 0 ? new([.. lines], NamesIn(source).Contains("text", StringComparer.Ordinal)) : null;
    }

    /// <summary>The text of the message stands in it.</summary>
    public bool HasText { get; }

    public bool HasPlaces => Array.Exists(_lines, line => line.HasPlaces);

    /// <summary>It has places, and nothing is left of it.</summary>
    public bool IsUnfilled(Message message) => Array.TrueForAll(_lines, line => line.IsUnfilled(message));

    /// <summary>Null when nothing is left of the text.</summary>
    public string? Render(Message message)
    {
        // Most texts are one line.
        if (_lines is [var only])
            return only.IsUnfilled(message) ? null : only.Render(message);
        var lines = _lines.Where(line => !line.IsUnfilled(message)).Select(line => line.Render(message)).ToList();
        return lines.Count == 0 ? null : string.Join('\n', lines);
    }

    private static IEnumerable<string> NamesIn(string source) =>
        source.Split("{{").Skip(1).Select(place => place.Split("}}")[0].Trim());
}
