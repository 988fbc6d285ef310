using Herald.Engine.Basics;
using Herald.Notifications.Templates;

namespace Herald.Notifications.Tests.Templates;

public sealed class PostTemplateTests
{
    private static readonly TextMap Parameters =
        TextMap.Of([new("name", "<Anna & Co> {{number}}"), new("number", "7"), new("unused", "x")]);

    [Fact]
    public void Places_are_filled_and_only_the_html_is_encoded()
    {
        var (template, problems) = PostTemplate.Parse(
            new() { Subject = "{{number}}: {{ name }}", Text = "Dear {{name}},{{number}}{{number}}!", Html = "<p>{{name}}</p>" });
        Assert.Empty(problems);
        Assert.Equal("7: <Anna & Co> {{number}}", template!.Subject!.Fill(Parameters));
        Assert.Equal("Dear <Anna & Co> {{number}},77!", template.Text!.Fill(Parameters));
        Assert.Equal("<p>&lt;Anna &amp; Co&gt; {{number}}</p>", template.Html!.Fill(Parameters));
        Assert.Equal(["name", "number"], template.Names.Order());
    }

    [Fact]
    public void The_length_is_known_before_the_text_is_filled()
    {
        var text = PostTemplate.Parse(new() { Html = "ä{{name}}-{{name}}{{number}}{{missing}}" }).Template!.Html!;
        Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(text.Fill(Parameters)), text.MostBytesWith(Parameters));
    }

    [Theory]
    [InlineData("a {{name", "{{name", "A place begins with {{ and needs }} at its end, such as {{name}}.")]
    [InlineData("a {{}} b", "{{}}", "The name of a parameter has 1 to 128 letters, digits, hyphens and underscores.")]
    [InlineData("a {{first name}}", "{{first name}}", "The name of a parameter has 1 to 128 letters, digits, hyphens and underscores.")]
    [InlineData("a {{#if x}}", "{{#if x}}", "The name of a parameter has 1 to 128 letters, digits, hyphens and underscores.")]
    [InlineData("a\0", "a\0", "A text of a template has no NUL character. Remove it.")]
    public void A_text_that_is_no_template_is_a_problem_of_its_setting(string text, string value, string rule)
    {
        var (template, problems) = PostTemplate.Parse(new() { Text = text, Html = text });
        Assert.Null(template);
        Assert.Equal([("text", value, rule), ("html", value, rule)], problems.Select(one => (one.Setting, one.Value, one.Rule)));
    }

    [Fact]
    public void A_template_has_a_text_or_an_html_and_a_subject_of_one_line()
    {
        Assert.Equal(
            ["A subject is one line. Remove line breaks and other control characters.",
                "A template needs a text or an html. Set one of them."],
            PostTemplate.Parse(new() { Subject = "a\nb", Text = " " }).Problems.Select(one => one.Rule));
        Assert.NotNull(PostTemplate.Parse(new() { Html = "x" }).Template);
    }

    [Fact]
    public void A_text_has_at_most_64_KiB()
    {
        Assert.NotNull(PostTemplate.Parse(new() { Text = new string('ä', 32 << 10) }).Template);
        Assert.Equal(
            "A text of a template has at most 65,536 bytes.",
            Assert.Single(PostTemplate.Parse(new() { Text = new string('ä', (32 << 10) + 1) }).Problems).Rule);
    }
}
