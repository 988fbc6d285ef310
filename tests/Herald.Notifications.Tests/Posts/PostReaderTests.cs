using System.Text;
using Herald.Engine.Basics;
using Herald.Messages;
using Herald.Notifications.Posts;
using Herald.Notifications.Recipients;

namespace Herald.Notifications.Tests.Posts;

public sealed class PostReaderTests
{
    private const string Unknown = "There is no such field. Remove it. Known: uuid, txt, destination, to, text, subject, html, data, template, "
        + "params, notBefore, expires, priority, category, unsubscribe.";
    private const string Device = "fGw0qy4TQfmX-nOkLpQ1xA:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqxExampleToken";

    [Fact]
    public void A_post_has_every_field()
    {
        var post = Given.Post($$"""
            {"uuid":"{{Given.Uuid}}","txt":"Hello","destination":"EMAIL","to":"Anna <anna@example.com>","subject":"Hi","html":"<p>Hello</p>",
             "data":{"order":"7"},"template":"invoice","params":{"number":"12","name":"Anna"},"notBefore":"2026-06-01T14:00:00+02:00",
             "expires":"2026-06-02T00:00:00.5Z","priority":"high","category":"invoices","unsubscribe":"https://example.com/leave?me=1"}
            """);
        Assert.Equal(
            new Post
            {
                Uuid = Guid.Parse(Given.Uuid),
                Destination = Destination.Email,
                To = "Anna <anna@example.com>",
                Text = "Hello",
                Subject = "Hi",
                Html = "<p>Hello</p>",
                Data = Map(("order", "7")),
                Template = "invoice",
                Params = Map(("number", "12"), ("name", "Anna")),
                NotBeforeMs = Given.NowMs,
                ExpiresMs = Given.NowMs + (12 * 3600 * 1000) + 500,
                Priority = MessagePriority.High,
                Category = "invoices",
                Unsubscribe = "https://example.com/leave?me=1",
            },
            post);
    }

    [Fact]
    public void A_post_needs_no_more_than_uuid_text_and_destination()
    {
        var post = Given.Post($$"""{"uuid":"{{Given.Uuid}}","txt":"Hello","destination":"SLACK"}""");
        Assert.Equal(new Post { Uuid = Guid.Parse(Given.Uuid), Destination = Destination.Slack, Text = "Hello" }, post);
    }

    [Theory]
    [InlineData("6FA459EA-EE8A-3CA4-894E-DB77E160355E", "EMAIL")]
    [InlineData("6fa459ea-EE8A-3ca4-894e-db77e160355E", "email")]
    [InlineData(Given.Uuid, "eMaIl")]
    public void Uuid_and_destination_are_read_in_any_letter_case(string uuid, string destination) => Assert.Equal(
        Given.Post($"{{{Given.Base}}}"),
        Given.Post($$"""{"uuid":"{{uuid}}","txt":"Hello","destination":"{{destination}}","to":"anna@example.com"}"""));

    [Fact]
    public void Text_is_another_name_of_txt_and_null_is_no_value()
    {
        var post = Given.Post($"{{{Given.Base}}}");
        Assert.Equal(post, Given.Post($"{{{Given.Base.Replace("txt", "text", StringComparison.Ordinal)}}}"));
        Assert.Equal(post, Given.Post(
            $$"""{ {{Given.Base}} , "subject":null,"html":null,"data":null,"params":null,"priority":null,"notBefore":null}"""));
        Assert.Equal(post, Given.Post($$"""{ {{Given.Base}} ,"data":{},"params":{},"priority":"normal"}"""));
    }

    [Theory]
    [InlineData("uuid", "\"6fa459ea\"", "/uuid", "6fa459ea", PostUuid.Rule)]
    [InlineData("uuid", "\"{6fa459ea-ee8a-3ca4-894e-db77e160355e}\"", "/uuid", "{6fa459ea-ee8a-3ca4-894e-db77e160355e}", PostUuid.Rule)]
    [InlineData("uuid", "\"6fa459eaee8a3ca4894edb77e160355e\"", "/uuid", "6fa459eaee8a3ca4894edb77e160355e", PostUuid.Rule)]
    [InlineData("uuid", "\"6fa459eg-ee8a-3ca4-894e-db77e160355e\"", "/uuid", "6fa459eg-ee8a-3ca4-894e-db77e160355e", PostUuid.Rule)]
    [InlineData("uuid", "7", "/uuid", "7", PostUuid.Rule)]
    [InlineData("uuid", "null", "/uuid", "missing", "A notification has a uuid of its own. " + PostUuid.Rule)]
    [InlineData("txt", "\"\"", "/txt", "", "The text is empty. Write what to tell.")]
    [InlineData("txt", "\" \\n\\u2003\"", "/txt", " \n\u2003", "The text is empty. Write what to tell.")]
    [InlineData("txt", "\"a\\u0000b\"", "/txt", "a b", "The text has a NUL character. Remove it.")]
    [InlineData(
        "txt", "\"a\\ud800\"", "/txt", "a\\ud800", "The text is not valid Unicode: bytes that are not UTF-8, or half of a UTF-16 pair.")]
    [InlineData("txt", "[1]", "/txt", "[…]", "Write a JSON string.")]
    [InlineData("txt", "null", "/txt", "missing", "A notification has a text of 1 to 1,048,576 bytes, or a template of the settings.")]
    [InlineData("destination", "\"FAX\"", "/destination", "FAX", "Write EMAIL, SMS, SLACK or PUSH.")]
    [InlineData("destination", "0", "/destination", "0", "Write EMAIL, SMS, SLACK or PUSH.")]
    [InlineData("destination", "\"EMA\u0131L\"", "/destination", "EMA\u0131L", "Write EMAIL, SMS, SLACK or PUSH.")]
    [InlineData("destination", "null", "/destination", "missing", "Write EMAIL, SMS, SLACK or PUSH.")]
    [InlineData(
        "destination", "\"sms\"", "/destination", "SMS", "This server sends EMAIL, SLACK, PUSH. Set notifications.destinations.sms.")]
    [InlineData(
        "to", "null", "/to", "missing", "Write the recipient. Only with notifications.destinations.email.defaultTo it can be left out.")]
    [InlineData("to", "\"anna\"", "/to", "anna", "Write one mail address, such as ann@example.com or Ann <ann@example.com>.")]
    [InlineData("to", "\"\"", "/to", "", "The recipient is empty. Write one, or remove the field.")]
    [InlineData(
        "to", "\"a@x.org\\r\\nBcc: b@x.org\"", "/to", "a@x.org  Bcc: b@x.org",
        "The field is one line. Remove line breaks and other control characters.")]
    [InlineData("to", "{}", "/to", "{}", "Write a JSON string. Only PUSH takes an object, which is the subscription of a browser.")]
    [InlineData("to", "7", "/to", "7", "Write a JSON string.")]
    [InlineData("to", "\"user:\"", "/to", "user:", RecipientKey.PersonRule)]
    [InlineData("to", "\"user:a b\"", "/to", "user:a b", RecipientKey.PersonRule)]
    [InlineData("subject", "\"a\\nb\"", "/subject", "a b", "The field is one line. Remove line breaks and other control characters.")]
    [InlineData("subject", "\"a\\u0000b\"", "/subject", "a b", "The text has a NUL character. Remove it.")]
    [InlineData("html", "\" \"", "/html", " ", "The html is empty. Write what to tell, or remove the field.")]
    [InlineData("data", "\"x\"", "/data", "x", "Write an object whose values are strings.")]
    [InlineData("data", "{\"a\":1}", "/data/a", "1", "Write a JSON string.")]
    [InlineData("data", "{\"a b\":\"1\"}", "/data", "a b", "The name of a value has 1 to 128 letters, digits, hyphens and underscores.")]
    [InlineData("data", "{\"a\":\"1\",\"a\":\"2\"}", "/data/a", "2", "The name is there twice. Remove one.")]
    [InlineData("params", "{\"a\":\"1\"}", "/params", "1 values", "Parameters fill a template. Name it in template, or remove them.")]
    [InlineData("template", "\"invoce\"", "/template", "invoce", "There is no such template. Did you mean invoice?")]
    [InlineData("template", "\"welcome\"", "/template", "welcome", "There is no such template. Known: invoice, page.")]
    [InlineData(
        "notBefore", "\"2026-06-01T12:00:00\"", "/notBefore", "2026-06-01T12:00:00",
        "Write a time with its offset, like 2026-01-31T08:30:00Z.")]
    [InlineData(
        "notBefore", "\"2026-07-01T12:00:00.001Z\"", "/notBefore", "2026-07-01T12:00:00.001Z",
        "At most 30d from now (notifications.maxDelay).")]
    [InlineData("notBefore", "1780000000", "/notBefore", "1780000000", "Write a time with its offset, like 2026-01-31T08:30:00Z.")]
    [InlineData(
        "expires", "\"2026-07-01T12:00:00.001Z\"", "/expires", "2026-07-01T12:00:00.001Z",
        "At most 30d from now (notifications.maxDelay).")]
    [InlineData("expires", "\"tomorrow\"", "/expires", "tomorrow", "Write a time with its offset, like 2026-01-31T08:30:00Z.")]
    [InlineData("priority", "\"HIGH\"", "/priority", "HIGH", "Write low, normal or high.")]
    [InlineData("category", "\"Invoices\"", "/category", "Invoices", "Write 1 to 63 lower-case letters, digits and hyphens.")]
    [InlineData("category", "\"\"", "/category", "", "Write 1 to 63 lower-case letters, digits and hyphens.")]
    [InlineData(
        "unsubscribe", "\"http://example.com\"", "/unsubscribe", "http://example.com",
        "Write an https or a mailto address of at most 900 characters.")]
    [InlineData(
        "unsubscribe", "\"example.com\"", "/unsubscribe", "example.com", "Write an https or a mailto address of at most 900 characters.")]
    [InlineData("notbefore", "\"x\"", "/notbefore", "x", "There is no such field. Did you mean notBefore?")]
    [InlineData("server_received_timestamp", "1", "/server_received_timestamp", "1", Unknown)]
    [InlineData("a/b~", "{\"deep\":[1]}", "/a~1b~0", "{…}", Unknown)]
    public void A_value_that_breaks_a_rule_is_named_with_the_rule(string field, string value, string pointer, string shown, string rule)
    {
        var reading = Given.Read(With(field, value));
        Assert.False(reading.IsPost);
        Assert.True(reading.IsJson);
        Assert.Equal([new FieldProblem(pointer, shown, rule)], reading.Problems.Shown);
    }

    [Theory]
    [InlineData("txt", 1 << 20, "/txt", "At most 1,048,576 bytes.")]
    [InlineData("html", 1 << 20, "/html", "At most 1,048,576 bytes.")]
    [InlineData("subject", 998, "/subject", "At most 998 bytes.")]
    [InlineData("template", 320, "/template", "At most 320 bytes.")]
    public void A_text_has_at_most_so_many_bytes(string field, int most, string pointer, string rule)
    {
        // A character of two bytes, so that bytes are counted.
        var problems = Given.Read(With(field, $"\"{new string('ä', most / 2)}a\"")).Problems;
        Assert.Contains(problems.Shown, problem => problem.Pointer == pointer && problem.Rule == rule);
        problems = Given.Read(With(field, $"\"{new string('ä', most / 2)}\"")).Problems;
        Assert.DoesNotContain(problems.Shown, problem => problem.Rule == rule);
    }

    [Fact]
    public void A_recipient_is_as_long_as_its_channel_allows()
    {
        // The channel's own rule is not asked about what is too long.
        Assert.Equal("At most 320 bytes.",
            Assert.Single(Given.Read(With("to", $"\"{new string('a', 309)}@example.com\"")).Problems.Shown).Rule);
        Assert.Equal("At most 4,096 bytes.", Assert.Single(Given.Read(With("to", $"\"{new string('a', 4097)}\"")).Problems.Shown).Rule);
        Assert.NotNull(Given.Post(With("to", "\"user:" + new string('a', 128) + "\"")));
        Assert.Equal(RecipientKey.PersonRule,
            Assert.Single(Given.Read(With("to", "\"user:" + new string('a', 129) + "\"")).Problems.Shown).Rule);
    }

    [Fact]
    public void A_person_is_no_recipient_where_no_persons_are_kept()
    {
        var reader = new PostReader(Given.Rules with { KeepsRecipients = false });
        var reading = reader.Read(Encoding.UTF8.GetBytes(With("to", "\"user:42\"")), Given.NowMs);
        Assert.Equal(
            [new FieldProblem("/to", "user:42", "This server keeps no persons (notifications.recipients is false). Write an address.")],
            reading.Problems.Shown);
    }

    [Fact]
    public void Maps_have_bounds()
    {
        static string Entries(int count, int length) =>
            "{" + string.Join(',', Enumerable.Range(0, count).Select(i => $"\"n{i:d3}\":\"{new string('x', length)}\"")) + "}";
        Assert.NotNull(Given.Post(With("data", Entries(50, 4))));
        Assert.Equal(
            [new FieldProblem("/data", "51 values", "At most 50 values. Remove some.")],
            Given.Read(With("data", Entries(51, 4))).Problems.Shown);
        Assert.NotNull(Given.Post(With("data", Entries(2, 2044))));
        Assert.Equal(
            [new FieldProblem("/data", "4,098 bytes", "Names and values together have at most 4,096 bytes.")],
            Given.Read(With("data", Entries(2, 2045))).Problems.Shown);
    }

    [Fact]
    public void Fields_of_other_destinations_are_refused()
    {
        var reading = Given.Read($$"""{"uuid":"{{Given.Uuid}}","txt":"Hello","destination":"SLACK","subject":"s","html":"h"}""");
        Assert.Equal(
            [
                new("/html", "h", "Only EMAIL has an html. Remove it."),
                new FieldProblem("/subject", "s", "Only EMAIL and PUSH have a subject. Remove it."),
            ],
            reading.Problems.Shown);
    }

    [Fact]
    public void A_template_an_html_or_data_for_a_device_stand_in_for_the_text()
    {
        Assert.Null(Given.Post($$"""{"uuid":"{{Given.Uuid}}","destination":"EMAIL","to":"a@x.org","html":"<p>Hi</p>"}""").Text);
        Assert.Null(Given.Post($$$"""{"uuid":"{{{Given.Uuid}}}","destination":"PUSH","to":"{{{Device}}}","data":{"a":"b"}}""").Text);
        Assert.Null(Given.Post(
            $$$"""{"uuid":"{{{Given.Uuid}}}","destination":"EMAIL","to":"a@x.org","template":"page","params":{"name":"Anna"}}""").Text);
        Assert.Equal("/txt", Assert.Single(
            Given.Read($$$"""{"uuid":"{{{Given.Uuid}}}","destination":"SLACK","data":{"a":"b"}}""").Problems.Shown).Pointer);
    }

    [Fact]
    public void A_templates_parameters_are_each_there_and_no_others()
    {
        var reading = Given.Read(
            $$$"""{"uuid":"{{{Given.Uuid}}}","destination":"SLACK","template":"invoice","params":{"nam":"Anna","more":"x"}}""");
        Assert.Equal(
            [
                new("/params/name", "missing", "Template invoice needs this parameter."),
                new("/params/number", "missing", "Template invoice needs this parameter."),
                new("/params/more", "x", "Template invoice has no such parameter. Remove it."),
                new FieldProblem("/params/nam", "Anna", "Template invoice has no such parameter. Did you mean name?"),
            ],
            reading.Problems.Shown);
        Assert.Equal(
            [new FieldProblem("/template", "page", "The template has no text, which SLACK needs. Write txt, or use another one.")],
            Given.Read($$$"""{"uuid":"{{{Given.Uuid}}}","destination":"SLACK","template":"page","params":{"name":"x"}}""").Problems.Shown);
    }

    [Fact]
    public void A_parameter_cannot_break_the_line_of_a_subject_or_make_a_text_too_long()
    {
        static PostReading Filled(string destination, string number, string name) => Given.Read(
            $$$"""{"uuid":"{{{Given.Uuid}}}","destination":"{{{destination}}}","to":"a@x.org","template":"invoice","params":{"number":"{{{number}}}","name":"{{{name}}}"}}""");
        Assert.Equal(
            [new FieldProblem(
                "/params/number", "1  Bcc: x",
                "The parameter is a part of the subject, which is one line. Remove line breaks and other control characters.")],
            Filled("EMAIL", "1\\r\\nBcc: x", "Anna").Problems.Shown);
        Assert.True(Filled("SLACK", "1\\r\\nBcc: x", "Anna").IsPost);
        Assert.Equal(
            [new FieldProblem("/params", "999 bytes", "With these parameters, the subject is too long. It has at most 998 bytes.")],
            Filled("EMAIL", new string('1', 991), "Anna").Problems.Shown);
        Assert.True(Filled("EMAIL", new string('1', 990), "Anna\\n").IsPost);
    }

    [Fact]
    public void What_is_expired_is_told_apart_so_that_a_repeat_can_be_answered()
    {
        var late = Given.Read(With("expires", "\"2026-06-01T12:00:00Z\""));
        Assert.True(late.IsPost);
        Assert.Equal(
            new("/expires", "2026-06-01T12:00:00.000Z", "The notification has expired. Write a later time, or remove the field."),
            late.Late);
        Assert.Null(Given.Read(With("expires", "\"2026-06-01T12:00:00.001Z\"")).Late);
        var wrong = Given.Read(With("expires", "\"2026-06-01T12:00:00Z\",\"priority\":\"x\""));
        Assert.Equal(["/priority", "/expires"], wrong.Problems.Shown.Select(problem => problem.Pointer));
        Assert.Equal(
            [new FieldProblem("/expires", "2026-06-02T00:00:00.000Z", "Must be after notBefore.")],
            Given.Read(With("notBefore", "\"2026-06-02T00:00:00Z\",\"expires\":\"2026-06-02T02:00:00+02:00\"")).Problems.Shown);
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var reading = Given.Read(
            """{"uuid":"x","destination":"FAX","text":"","txt":"a","subject":"a\nb","expires":"x","colour":1,"data":{"a":1,"b":2}}""");
        Assert.Equal(
            ["/uuid", "/destination", "/text", "/txt", "/subject", "/expires", "/colour", "/data/a", "/data/b"],
            reading.Problems.Shown.Select(problem => problem.Pointer));
        Assert.Equal("The text is there twice: txt and text are names of one field. Remove one.", reading.Problems.Shown[3].Rule);
        Assert.Contains("There are 4 more problems.", reading.Describe(), StringComparison.Ordinal);
        Assert.StartsWith("uuid = 'x': A uuid is 32 hexadecimal digits", reading.Describe(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("uuid", "The field is there twice. Remove one.")]
    [InlineData("txt", "The text is there twice: txt and text are names of one field. Remove one.")]
    [InlineData("to", "The field is there twice. Remove one.")]
    public void A_field_is_there_once(string field, string rule) =>
        Assert.Equal(rule, Assert.Single(Given.Read($$"""{ {{Given.Base}},"{{field}}":{"a":["b"]} }""").Problems.Shown).Rule);

    [Theory]
    [InlineData("[]", "[…]")]
    [InlineData("\"x\"", "x")]
    [InlineData("7", "7")]
    [InlineData("null", "null")]
    public void What_is_no_object_is_refused(string json, string shown)
    {
        var reading = Given.Read(json);
        Assert.True(reading.IsJson);
        var problem = Assert.Single(reading.Problems.Shown);
        Assert.Equal(("", shown), (problem.Pointer, problem.Value));
        Assert.StartsWith("A notification is a JSON object. Write a JSON object such as {\"uuid\"", problem.Rule, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "line 1, byte 1")]
    [InlineData("{", "line 1, byte 2")]
    [InlineData("{\"txt\":\"a\nb\"}", "line 1, byte 10")]
    [InlineData("{\"txt\":\"a\"} x", "line 1, byte 13")]
    [InlineData("{\"txt\":\"a\",}", "line 1, byte 12")]
    [InlineData("\ufeff{}", "line 1, byte 1")]
    public void What_is_no_JSON_is_refused_with_its_place(string json, string place)
    {
        var reading = Given.Read(json);
        Assert.False(reading.IsJson);
        Assert.StartsWith($"Not valid JSON at {place} (", Assert.Single(reading.Problems.Shown).Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_values_are_refused_and_do_no_harm()
    {
        Assert.True(Given.Read(With("to", string.Concat(Enumerable.Repeat("{\"a\":", 62)) + "1" + new string('}', 62))).IsJson);
        var reading = Given.Read(With("to", new string('[', 100_000)));
        Assert.False(reading.IsJson);
        Assert.Contains("maximum configured depth of 64", Assert.Single(reading.Problems.Shown).Rule, StringComparison.Ordinal);
    }

    private static TextMap Map(params (string Name, string Value)[] pairs) =>
        TextMap.Of(pairs.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));

    /// <summary>A right post in which one field has another value, as JSON.</summary>
    private static string With(string field, string value)
    {
        var all = new Dictionary<string, string>
        {
            ["uuid"] = $"\"{Given.Uuid}\"",
            ["txt"] = "\"Hello\"",
            ["destination"] = "\"EMAIL\"",
            ["to"] = "\"anna@example.com\"",
            [field] = value,
        };
        return "{" + string.Join(',', all.Select(one => $"\"{one.Key}\":{one.Value}")) + "}";
    }
}
