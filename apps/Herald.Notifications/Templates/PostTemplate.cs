using System.Collections.Frozen;
using Herald.Engine.Basics;
using Herald.Messages.Reading;
using Herald.Messages.Templates;

namespace Herald.Notifications.Templates;

/// <summary>A template of the settings. A post names it, and gives the parameters.</summary>
internal sealed class PostTemplate
{
    private PostTemplate(TemplateText? subject, TemplateText? text, TemplateText? html)
    {
        (Subject, Text, Html) = (subject, text, html);
        Names = new[] { subject, text, html }.OfType<TemplateText>().SelectMany(one => one.Names).ToFrozenSet(StringComparer.Ordinal);
    }

    public TemplateText? Subject { get; }

    public TemplateText? Text { get; }

    public TemplateText? Html { get; }

    /// <summary>The parameters of all its texts. A post must give each of them, and no others.</summary>
    public FrozenSet<string> Names { get; }

    /// <returns>The template; or null, and the problems of its texts, whose settings are named without the template's.</returns>
    public static (PostTemplate? Template, IReadOnlyList<SettingProblem> Problems) Parse(TemplateOptions options)
    {
        var problems = new List<SettingProblem>();
        if (options.Subject?.AsSpan().ContainsAny(FieldRules.NotInLines) == true)
            problems.Add(new("subject", "A subject is one line. Remove line breaks and other control characters."));
        var subject = Parse("subject", options.Subject, TemplateEncoding.Plain, problems);
        var text = Parse("text", options.Text, TemplateEncoding.Plain, problems);
        // The settings hold the tags. A parameter is text, so its tags are shown instead of obeyed.
        var html = Parse("html", options.Html, TemplateEncoding.Html, problems);
        if (string.IsNullOrWhiteSpace(options.Text) && string.IsNullOrWhiteSpace(options.Html))
            problems.Add(new("text", "A template needs a text or an html. Set one of them."));
        return problems.Count > 0 ? (null, problems) : (new(subject, text, html), []);
    }

    private static TemplateText? Parse(string setting, string? source, TemplateEncoding encoding, List<SettingProblem> problems)
    {
        if (source is null)
            return null;
        var (text, problem) = TemplateText.Parse(source, encoding);
        if (problem is not null)
            problems.Add(new(setting, problem.Rule) { Value = problem.Value });
        return text;
    }
}
