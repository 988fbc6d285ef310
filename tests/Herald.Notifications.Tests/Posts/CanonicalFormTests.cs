using System.Buffers;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Herald.Messages;
using Herald.Notifications.Posts;
using Herald.Notifications.Templates;

namespace Herald.Notifications.Tests.Posts;

public sealed class CanonicalFormTests
{
    private static readonly (string Name, string Value)[] Fields =
    [
        ("uuid", $"\"{Given.Uuid}\""), ("txt", "\"Hello \\\"you\\\"\\n\\u00e4\""), ("destination", "\"EMAIL\""),
        ("to", "\"anna@example.com\""), ("subject", "\"Hi\""), ("data", "{\"b\":\"2\",\"a\":\"1\"}"), ("template", "\"invoice\""),
        ("params", "{\"number\":\"1\",\"name\":\"x\"}"), ("notBefore", "\"2026-06-02T00:00:00Z\""), ("expires", "\"2026-06-03T00:00:00Z\""),
        ("priority", "\"low\""), ("category", "\"a\""), ("unsubscribe", "\"mailto:leave@example.com\""), ("html", "\"<p>\""),
    ];

    private const string Whole =
        "{\"uuid\":\"6fa459ea-ee8a-3ca4-894e-db77e160355e\",\"destination\":\"email\",\"to\":\"anna@example.com\",\"subject\":\"Hi\","
        + "\"txt\":\"Hello \\\"you\\\"\\nä\",\"html\":\"<p>\",\"template\":\"invoice\",\"params\":{\"name\":\"x\",\"number\":\"1\"},"
        + "\"data\":{\"a\":\"1\",\"b\":\"2\"},\"category\":\"a\",\"priority\":\"low\",\"notBefore\":\"2026-06-02T00:00:00.000Z\","
        + "\"expires\":\"2026-06-03T00:00:00.000Z\",\"unsubscribe\":\"mailto:leave@example.com\"}";

    [Fact]
    public void The_canonical_form_has_a_fixed_order_and_no_empty_field()
    {
        Assert.Equal(Whole, Canonical(Json(Fields)));
        Assert.Equal(
            $"{{\"uuid\":\"{Given.Uuid}\",\"destination\":\"slack\",\"txt\":\"Hello\"}}",
            Canonical($$"""{"txt":"Hello","subject":null,"params":{},"priority":"normal","destination":"Slack","uuid":"{{Given.Uuid.ToUpperInvariant()}}"}"""));
    }

    [Fact]
    public void It_is_the_same_for_each_order_of_fields_and_each_letter_case()
    {
        var random = new Random(22);
        for (var i = 0; i < 500; i++)
        {
            var drawn = Fields.Select(field => field.Name switch
            {
                "uuid" or "destination" => (field.Name, AnyCase(field.Value, random)),
                "txt" => (random.Next(2) == 0 ? "txt" : "text", AnyEscape("Hello \"you\"\nä", random)),
                "data" => (field.Name, random.Next(2) == 0 ? field.Value : "{ \"a\" : \"1\" ,\n \"b\":\"2\"}"),
                "notBefore" => (field.Name, random.Next(2) == 0 ? field.Value : "\"2026-06-02t02:30:00.0009+02:30\""),
                _ => field,
            }).ToArray();
            random.Shuffle(drawn);
            Assert.Equal(Whole, Canonical(Json(drawn)));
        }
    }

    [Fact]
    public void It_reads_back_as_the_same_post()
    {
        var post = Given.Post(Json(Fields));
        Assert.Equal(post, Given.Post(Encoding.UTF8.GetString(Given.Canonical(post))));
    }

    [Fact]
    public void Another_value_of_any_field_has_another_form()
    {
        var others = new Dictionary<string, string>
        {
            ["uuid"] = "\"6fa459ea-ee8a-3ca4-894e-db77e160355f\"",
            ["txt"] = "\"Hello\"",
            ["destination"] = "\"push\"",
            ["to"] = "\"Anna@example.com\"",
            ["subject"] = "\"hi\"",
            ["data"] = "{\"a\":\"1\",\"b\":\"3\"}",
            ["template"] = "\"other\"",
            ["params"] = "{\"number\":\"1\",\"name\":\"y\"}",
            ["notBefore"] = "\"2026-06-02T00:00:00.001Z\"",
            ["expires"] = "\"2026-06-03T00:00:01Z\"",
            ["priority"] = "\"high\"",
            ["category"] = "\"b\"",
            ["unsubscribe"] = "\"mailto:leave@example.org\"",
            ["html"] = "\"<p> \"",
        };
        Assert.Equal(Fields.Select(field => field.Name).Order(), others.Keys.Order());
        var invoice = new TemplateOptions { Subject = "Invoice {{number}}", Text = "{{name}} {{number}}" };
        var rules = Given.RulesOf(("invoice", invoice), ("other", invoice));
        var reader = new PostReader(rules with { Destinations = Anywhere(rules) });
        var forms = Fields.Select(field => Fields.Select(one => one.Name == field.Name ? (one.Name, others[one.Name]) : one).ToArray())
            // Only EMAIL has an html.
            .Select(fields => fields.Any(one => one.Item2 == "\"push\"") ? [.. fields.Where(one => one.Item1 != "html")] : fields)
            .Select(fields =>
            {
                var reading = reader.Read(Encoding.UTF8.GetBytes(Json(fields)), Given.NowMs);
                Assert.True(reading.IsPost, reading.Describe());
                return ContentHash.Of(Given.Canonical(reading.Post));
            });
        Assert.Equal(Fields.Length + 1, forms.Append(ContentHash.Of(Encoding.UTF8.GetBytes(Whole))).Distinct().Count());
    }

    [Fact]
    public void A_subscription_of_a_browser_has_one_form_as_object_and_as_text()
    {
        const string Key = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            Auth = "BTBZMqHH6r4Tts7J_aSIgg";
        var asObject = Given.Post($$$"""{"uuid":"{{{Given.Uuid}}}","txt":"x","destination":"PUSH","to":{"keys":{"p256dh":"{{{Key}}}","auth":"{{{Auth}}}"},"endpoint":"https://push.example.com/a"}}""");
        var text = JsonSerializer.Serialize(
            $$$""" {"endpoint" : "https://push.example.com/a", "keys":{"auth":"{{{Auth}}}","p256dh":"{{{Key}}}"}}""");
        Assert.Equal(asObject, Given.Post($$"""{"uuid":"{{Given.Uuid}}","txt":"x","destination":"PUSH","to":{{text}}}"""));
        Assert.Equal(asObject, Given.Post(Encoding.UTF8.GetString(Given.Canonical(asObject))));
        Assert.StartsWith("{\"endpoint\":\"https://push.example.com/a\",\"keys\":{\"auth\":", asObject.To, StringComparison.Ordinal);
        Assert.Equal(
            "The field 'auth' is there twice. Remove one.",
            Assert.Single(Given.Read($$$$"""{"uuid":"{{{{Given.Uuid}}}}","txt":"x","destination":"PUSH","to":{"keys":{"auth":"a","auth":"b"}}}""").Problems.Shown).Rule);
    }

    [Fact]
    public void The_hash_is_the_beginning_of_the_sha_256()
    {
        var bytes = Encoding.UTF8.GetBytes(Whole);
        var expected = SHA256.HashData(bytes)[..ContentHash.Length];
        var (hash, written, text) = (ContentHash.Of(bytes), new byte[ContentHash.Length], new byte[ContentHash.TextLength]);
        hash.Write(written);
        hash.WriteText(text);
        Assert.Equal(expected, written);
        Assert.Equal(Convert.ToHexStringLower(expected), Encoding.ASCII.GetString(text));
        Assert.Equal(Convert.ToHexStringLower(expected), hash.ToString());
        Assert.Equal(hash, ContentHash.Read(written));
        Assert.Equal("0000000000000000000000000000000f", new ContentHash(15).ToString());
    }

    [Fact]
    public void Every_character_is_written_so_that_it_reads_back()
    {
        for (var c = 0; c <= 0x10FFFF; c++)
        {
            if (c is >= 0xD800 and < 0xE000)
                continue;
            var text = $"a{char.ConvertFromUtf32(c)}b";
            var buffer = new ArrayBufferWriter<byte>();
            new CanonicalJson(buffer).WriteText(text);
            var json = new Utf8JsonReader(buffer.WrittenSpan);
            Assert.True(json.Read());
            if (!json.ValueTextEquals(text))
                Assert.Fail($"U+{c:X4} reads back as '{json.GetString()}'.");
            if (c > 0x1F && c != '"' && c != '\\' && buffer.WrittenCount != Encoding.UTF8.GetByteCount(text) + 2)
                Assert.Fail($"U+{c:X4} is escaped.");
        }
    }

    [Fact]
    public void A_message_for_Kafka_names_the_destination_and_reads_back_as_the_same_post()
    {
        var post = Given.Post(Json(Fields));
        var buffer = new ArrayBufferWriter<byte>();
        PostWriter.WriteForKafka(post, 1780000000123, buffer);
        var text = Encoding.UTF8.GetString(buffer.WrittenSpan);
        Assert.Contains("\"destination\":\"EMAIL\"", text, StringComparison.Ordinal);
        Assert.EndsWith(",\"server_received_timestamp\":1780000000123}", text, StringComparison.Ordinal);
        var reading = new PostReader(Given.Rules, isKafka: true).Read(buffer.WrittenSpan, Given.NowMs);
        Assert.Equal(post, reading.Post);
        Assert.Equal(1780000000123, reading.ReceivedMs);
    }

    private static FrozenDictionary<Destination, DestinationRule> Anywhere(PostRules rules) =>
        rules.Destinations.ToFrozenDictionary(one => one.Key, one => one.Value with { Check = null });

    private static string Canonical(string json) => Encoding.UTF8.GetString(Given.Canonical(Given.Post(json)));

    private static string Json(IEnumerable<(string Name, string Value)> fields) =>
        "{" + string.Join(", ", fields.Select(field => $"\"{field.Name}\" : {field.Value}")) + "}";

    private static string AnyCase(string text, Random random) =>
        string.Concat(text.Select(c => random.Next(2) == 0 ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c)));

    private static string AnyEscape(string text, Random random) =>
        "\"" + string.Concat(text.Select(c => c < 0x20 || c is '"' or '\\' || random.Next(2) == 0 ? $"\\u{(int)c:x4}" : $"{c}")) + "\"";
}
