using System.Buffers;
using System.Globalization;
using System.Text;
using Herald.Messages.Reading;
using Herald.Notifications.Posts;

namespace Herald.Notifications.Tests.Posts;

/// <summary>Whatever comes, it is an error with a rule, or a post whose canonical form reads back as the same post.</summary>
public sealed class PostFuzzTests
{
    private static readonly string[] Valid =
    [
        $$"""{"uuid":"{{Given.Uuid}}","txt":"Hello ä \u20ac \ud83d\ude00","destination":"EMAIL","to":"anna@example.com","subject":"Hi"}""",
        $$"""{"uuid":"{{Given.Uuid}}","text":"a\"b\\c\n","destination":"slack","data":{"a":"1","b-c":"2"},"priority":"high","category":"x-1"}""",
        $$$"""
        {"uuid":"{{{Given.Uuid}}}","destination":"push","to":{"endpoint":"https://push.example.com/a","keys":{"p256dh":
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4","auth":"BTBZMqHH6r4Tts7J_aSIgg"}},"data":{"k":"v"}}
        """,
        $$"""
        {"uuid":"{{Given.Uuid}}","destination":"EMAIL","to":"user:anna","template":"invoice","params":{"name":"Anna","number":"12"},
         "notBefore":"2026-06-02T00:00:00.5+02:00","expires":"2026-06-03T00:00:00Z","unsubscribe":"https://example.com/ä?b=%41 c"}
        """,
    ];

    private static readonly string[] Odd =
    [
        "\r\nBcc: eve@example.com", "\0", "\u2028", "\u0085", "\u202eabc", "\ufeff", "\u200b", "\uffff", "\U0010ffff", "\ud83d\ude00",
        "{{name}}", "'", "<script>",
        "\\u0000", "${x}", "../..", "\u001b[31m", "a@x.org, b@x.org", "user:", "user:x", "{\"endpoint\":1}", "[", "=?utf-8?q?x?=", "\t",
        " ",
    ];

    private static readonly string[] OddJson =
    [
        "\"\\ud800\"", "\"\\udc00a\"", "\"\\u0000\"", "1e999", "-0", "[]", "{}", "[[[[]]]]", "true", "null", "\"\"", "{\"\":\"\"}",
        "{\"a\":null}",
        "{\"a\":{\"a\":{\"a\":\"\\ud800\"}}}", "123456789012345678901234567890", "\"9999-12-31T23:59:59.999-23:59\"",
        "\"0001-01-01T00:00:00+23:59\"", "\"2026-06-30T23:59:60Z\"",
    ];

    private static readonly string[] Names =
    [
        "uuid", "txt", "text", "destination", "to", "subject", "html", "data", "template", "params", "notBefore", "expires", "priority",
        "category", "unsubscribe", "server_received_timestamp", "Uuid", "",
    ];

    private static readonly PostReader Kafka = new(Given.Rules, isKafka: true);

    [Fact]
    public void The_valid_ones_are_posts() => Assert.All(Valid, json => Assert.True(Check(Encoding.UTF8.GetBytes(json))));

    [Fact]
    public void Every_byte_of_a_valid_post_can_be_replaced()
    {
        var posts = 0;
        byte[] values = [0, 1, 9, 10, 13, 0x1F, .. " \"\\{}[]:,0-a.~"u8, 0x7F, 0x80, 0xC0, 0xC3, 0xE2, 0xED, 0xF0, 0xF4, 0xFF];
        foreach (var valid in Valid)
        {
            var json = Encoding.UTF8.GetBytes(valid);
            for (var i = 0; i < json.Length; i++)
            {
                var kept = json[i];
                foreach (var value in values)
                {
                    json[i] = value;
                    posts += Check(json) ? 1 : 0;
                }
                json[i] = kept;
            }
        }
        Assert.InRange(posts, 500, 40_000);
    }

    [Fact]
    public void Every_beginning_of_a_valid_post_is_an_error()
    {
        foreach (var valid in Valid)
        {
            var json = Encoding.UTF8.GetBytes(valid.TrimEnd());
            for (var i = 0; i < json.Length; i++)
                Assert.False(Check(json.AsSpan(0, i)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Drawn_objects_are_errors_or_posts(int seed)
    {
        var random = new Random(seed);
        var posts = 0;
        for (var i = 0; i < 5_000; i++)
        {
            // Half of them begin with a right post, so that many get far.
            var fields = new List<string>();
            if (random.Next(2) == 0)
                fields.Add(Valid[random.Next(Valid.Length)].Trim()[1..^1]);
            for (var n = random.Next(4); n > 0; n--)
                fields.Add($"\"{Names[random.Next(Names.Length)]}\":{DrawValue(random)}");
            posts += Check(Encoding.UTF8.GetBytes("{" + string.Join(',', fields) + "}")) ? 1 : 0;
        }
        Assert.InRange(posts, 500, 4_500);
    }

    [Fact]
    public void A_mebibyte_of_anything_is_an_error_or_a_post()
    {
        foreach (var odd in Odd.Concat(["a", "ä", "\""]))
        {
            var text = new StringBuilder(1 << 20);
            while (text.Length < 1 << 20)
                text.Append(odd);
            var quoted = Quote(text.ToString(), null);
            foreach (var name in Names)
                Check(Encoding.UTF8.GetBytes($$"""{"uuid":"{{Given.Uuid}}","destination":"EMAIL","to":"a@x.org","{{name}}":{{quoted}}}"""));
        }
        Check(Encoding.UTF8.GetBytes($"{{{string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"f{i}\":1"))}}}"));
        Check(Encoding.UTF8.GetBytes($"{{\"data\":{{{string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"f{i}\":1"))}}}}}"));
        Check(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"to\":", 200_000))));
    }

    /// <returns>True for a post.</returns>
    private static bool Check(ReadOnlySpan<byte> json)
    {
        var isPost = Check(json, Given.Reader);
        Check(json, Kafka);
        return isPost;
    }

    private static bool Check(ReadOnlySpan<byte> json, PostReader reader)
    {
        var reading = reader.Read(json, Given.NowMs);
        if (!reading.IsPost)
        {
            Assert.True(reading.Problems.Count > 0, Show(json));
            Assert.All(reading.Problems.Shown, problem =>
            {
                Assert.NotEmpty(problem.Rule);
                Assert.True(problem.Value.Length <= 82, problem.Value);
                Assert.True(problem.Pointer.Length <= 300, problem.Pointer);
            });
            Assert.NotEmpty(reading.Describe());
            return false;
        }
        var canonical = new ArrayBufferWriter<byte>();
        PostWriter.Write(reading.Post, canonical);
        var again = reader.Read(canonical.WrittenSpan, Given.NowMs);
        Assert.True(again.IsPost, again.Describe());
        Assert.Equal(reading.Post, again.Post);
        Assert.True(canonical.WrittenSpan.SequenceEqual(Given.Canonical(again.Post)), Show(json));
        // What the channels read of it is what was meant.
        if (reading.Post.Text is { } text)
            Assert.Equal(text, MessageReader.Read(canonical.WrittenSpan, "id").Message?.Text);
        return true;
    }

    private static string DrawValue(Random random) => random.Next(3) switch
    {
        0 => OddJson[random.Next(OddJson.Length)],
        1 => Quote($"{DrawText(random)}{Odd[random.Next(Odd.Length)]}{DrawText(random)}", random),
        _ => $"{{\"name\":{Quote(DrawText(random), random)},\"number\":{Quote(Odd[random.Next(Odd.Length)], random)}}}",
    };

    private static string DrawText(Random random) => random.Next(4) switch
    {
        0 => "",
        1 => "anna@example.com",
        2 => random.Next().ToString(CultureInfo.InvariantCulture),
        _ => string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => (char)random.Next(0x20, 0xD800))),
    };

    private static string Quote(string text, Random? random)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c < 0x20 || c is '"' or '\\' || random?.Next(5) == 0)
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }

    private static string Show(ReadOnlySpan<byte> json) => Encoding.UTF8.GetString(json[..Math.Min(json.Length, 500)]);
}
