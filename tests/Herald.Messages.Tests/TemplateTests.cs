using System.Net;
using System.Text.Json;
using System.Web;
using Herald.Messages.Templates;

namespace Herald.Messages.Tests;

public sealed class TemplateTests
{
    private static readonly Message Ann = new()
    {
        Id = "id-1",
        To = "ann@example.com",
        Text = "a\"b",
        Data = new Dictionary<string, string> { ["order"] = "7" },
        Priority = MessagePriority.High,
    };

    [Fact]
    public void Places_are_filled_and_missing_fields_are_empty()
    {
        var template = Parse("{{id}}: {{ to }} {{subject}}/{{data.order}}{{data.none}} {{priority}} } {", TemplateEncoding.Plain);
        Assert.Equal("id-1: ann@example.com /7 high } {", template.Render(Ann));
        Assert.Equal("no places", Parse("no places", TemplateEncoding.JsonString).Render(Ann));
        Assert.Equal("", Parse("", TemplateEncoding.Plain).Render(Ann));
    }

    [Theory]
    [InlineData("{{subject}}", true)]
    [InlineData("re: {{subject}} {{data.none}}", true)]
    [InlineData("{{subject}} {{to}}", false)]
    [InlineData("re:", false)]
    [InlineData("", false)]
    public void A_text_is_unfilled_when_it_has_places_and_none_has_a_value(string source, bool isUnfilled)
    {
        var template = Parse(source, TemplateEncoding.Plain);
        Assert.Equal(isUnfilled, template.IsUnfilled(Ann));
        Assert.Equal(source.Contains("{{", StringComparison.Ordinal), template.HasPlaces);
    }

    [Fact]
    public void The_headline_is_the_subject_or_the_beginning_of_the_text_in_one_line()
    {
        var template = Parse("{{headline}}", TemplateEncoding.Plain);
        Assert.Equal("Disk", template.Render(Ann with { Subject = "Disk" }));
        Assert.Equal("first second", template.Render(Ann with { Text = "first\nsecond" }));
        Assert.Equal(new string('x', 200) + "…", template.Render(Ann with { Text = new string('x', 1 << 20) }));
    }

    [Fact]
    public void Only_values_are_encoded_and_a_value_is_no_template()
    {
        var message = Ann with { Text = "{{to}}" };
        Assert.Equal("{\"t\": \"{{to}}\"}", Parse("{\"t\": \"{{text}}\"}", TemplateEncoding.JsonString).Render(message));
        Assert.Equal("{\"t\": \"a\\\"b\"}", Parse("{\"t\": \"{{text}}\"}", TemplateEncoding.JsonString).Render(Ann));
    }

    [Fact]
    public void A_provider_can_add_values_of_its_own()
    {
        var values = new Dictionary<string, string> { ["token"] = "s/cret" };
        var (template, problem) = Template.Parse("/bot{{token}}/send", TemplateEncoding.UrlPart, values);
        Assert.Null(problem);
        Assert.Equal("/bots%2Fcret/send", template!.Render(Ann));
    }

    [Theory]
    [InlineData("{{recipient}}", "{{recipient}}", "priority, subject, text, to, unsubscribe, uuid, data.NAME")]
    [InlineData("{{data.}}", "{{data.}}", "no such value")]
    [InlineData("{{data.a b}}", "{{data.a b}}", "no such value")]
    [InlineData("{{}}", "{{}}", "no such value")]
    [InlineData("a {{to", "{{to", "needs }} at its end")]
    public void A_wrong_place_is_refused(string source, string value, string rule)
    {
        var (template, problem) = Template.Parse(source, TemplateEncoding.Plain);
        Assert.Null(template);
        Assert.Equal(value, problem!.Value);
        Assert.Contains(rule, problem.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_has_a_bound() =>
        Assert.NotNull(Template.Parse(new string('a', (64 << 10) + 1), TemplateEncoding.Plain).Problem);

    /// <summary>Independent parsers read back exactly the value, whatever it is: so nothing ends its place.</summary>
    [Fact]
    public void No_value_can_end_its_place()
    {
        var random = new Random(5);
        for (var round = 0; round < 500; round++)
        {
            var message = Ann with { Text = HostileText.Draw(random, 120) };
            var json = Parse("{\"a\": \"{{text}}\", \"b\": 1}", TemplateEncoding.JsonString).Render(message);
            Assert.Equal(message.Text, JsonDocument.Parse(json).RootElement.GetProperty("a").GetString());

            var form = HttpUtility.ParseQueryString(Parse("a={{text}}&b=1", TemplateEncoding.FormField).Render(message));
            Assert.Equal((message.Text, "1", 2), (form["a"], form["b"], form.Count));

            var url = new Uri(Parse("https://example.com/a/{{text}}/b?c=1", TemplateEncoding.UrlPart).Render(message));
            Assert.Equal(("?c=1", 4, ""), (url.Query, url.Segments.Length, url.Fragment));
            Assert.Equal(message.Text + "/", Uri.UnescapeDataString(url.Segments[2]));

            var header = Parse("{{text}}", TemplateEncoding.Header).Render(message);
            Assert.DoesNotContain(header, c => c is < ' ' or > '~');

            var html = Parse("<p>{{text}}</p>", TemplateEncoding.Html).Render(message);
            Assert.Equal(2, html.Count(c => c == '<'));
            Assert.Equal(message.Text, WebUtility.HtmlDecode(html[3..^4]));
        }
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    public void A_value_is_no_step_in_a_path(string text)
    {
        var url = Parse("https://example.com/a/{{text}}", TemplateEncoding.UrlPart).Render(Ann with { Text = text });
        Assert.DoesNotContain("/.", url, StringComparison.Ordinal);
    }

    private static Template Parse(string source, TemplateEncoding encoding)
    {
        var (template, problem) = Template.Parse(source, encoding);
        Assert.Null(problem);
        return template!;
    }
}
