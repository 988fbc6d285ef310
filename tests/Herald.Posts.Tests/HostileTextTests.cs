using System.Text;
using Herald.Engine.Channels;
using Herald.LocalServers.Posts;

namespace Herald.Posts.Tests;

/// <summary>What people write into a message arrives as they wrote it, and as nothing else.</summary>
public sealed class HostileTextTests
{
    private const int Rounds = 150;

    /// <summary>Everything that has a meaning somewhere: in JSON, HTTP, forms, HTML, Markdown, chats, templates and terminals.</summary>
    private static readonly string[] Pieces =
    [
        "\r\n", "\n", "\r", "\0", "\"", "'", "\\", "<", ">", "&", "=", "+", "%0d%0a", "%2e", "{{to}}", "{{", "}}", "</script>",
        "\u2028", "\u202e",
        "\u05d0", "😀", "é", "€", "<!channel>", "<@U123>", "@everyone", "&lt;", "&amp;", "*b*", "_i_", "~s~", "`c`", "||x||", "# h", "- l",
        "1. n",
        "[a](http://b)", "https://example.com/a_b?c=*d", "http://", "\",\"channel\":\"C0\"", "\"}", "\u0085", "\u001b[2J", " ", "\t", "abc",
        "{{DATE(2020-01-01T00:00:00Z)}}", "To=1", "&To=%2B15005550006",
    ];

    public static TheoryData<string> AllPresets => [.. PresetCase.Names];

    [Theory]
    [MemberData(nameof(AllPresets))]
    public async Task Texts_arrive_as_they_were_written(string preset)
    {
        await using var place = new PostPlace();
        var one = PresetCase.Of(preset);
        await using var fake = await FakeProvider.StartAsync(one.Create(), PostPlace.TestEnd);
        var channel = place.Channel(("main", one.Options(fake)));
        var random = new Random(22);
        for (var round = 0; round < Rounds; round++)
        {
            var (subject, text) = (Draw(random, 4, isLine: true), Draw(random, 25, isLine: false));

            var result = await place.TryAsync(channel, one.Endpoint, new { subject, text });

            Assert.Equal("", result.Reason);
            var accepted = fake.Accepted.Last();
            Assert.Equal(accepted.Title is null ? $"{subject}\n{text}" : text, accepted.Text);
            // The summary of an alert is a short line, made fit for lists.
            if (accepted.Title is not null && preset != "pagerduty")
                Assert.Equal(subject, accepted.Title);
        }
        Assert.Equal(Rounds, fake.Accepted.Count);
    }

    [Theory]
    [MemberData(nameof(AllPresets))]
    public async Task Half_of_a_pair_is_refused_and_nothing_is_sent(string preset)
    {
        await using var place = new PostPlace();
        var one = PresetCase.Of(preset);
        await using var fake = await FakeProvider.StartAsync(one.Create(), PostPlace.TestEnd);
        var channel = place.Channel(("main", one.Options(fake)));
        foreach (var payload in new[] { """{"text": "a\ud83d"}""", """{"text": "\ude00b"}""", "{\"text\": \"a", "\"\"", "[]", "" })
        {
            var result = await place.TryAsync(channel, one.Endpoint, Encoding.UTF8.GetBytes(payload));
            Assert.Equal(AttemptOutcome.Rejected, result.Outcome);
            Assert.NotEmpty(result.Reason);
        }
        Assert.False(fake.Calls.TryRead(out _));
    }

    [Fact]
    public async Task A_text_of_1_MiB_arrives_whole_where_the_service_has_no_bound()
    {
        await using var place = new PostPlace();
        await using var receiver = new TestKit.Receivers.ScriptedReceiver();
        var kind = place.Define($$$"""
            {"about": "A service without bounds", "url": "{{{receiver.Endpoint}}}", "json": {"text": "{{text}}"}}
            """);
        var channel = place.Channel(("main", Values.Of(kind)));
        var text = new string('\u05d0', (1 << 19) - 8) + "\r\n\"end\"\0";

        var result = await place.TryAsync(channel, "post://main", new { text });

        Assert.Equal("", result.Reason);
        var request = await receiver.NextAsync(PostPlace.TestEnd);
        Assert.Equal(text, (string?)System.Text.Json.Nodes.JsonNode.Parse(request.Body)!["text"]);
    }

    [Fact]
    public async Task Nothing_ends_its_place_in_an_address_a_header_a_form_or_a_text()
    {
        await using var place = new PostPlace();
        await using var receiver = new TestKit.Receivers.ScriptedReceiver();
        var kind = place.Define($$$"""
            {
              "about": "Every place", "to": {"rule": "Any.", "optional": true},
              "url": "{{{new Uri(receiver.Endpoint, "/")}}}a/{{data.x}}/b?q={{data.x}}&r=1",
              "headers": {"X-Place": "a {{data.x}} b"},
              "form": {"one": "{{data.x}}", "two": "2"}
            }
            """);
        var channel = place.Channel(("main", Values.Of(kind)));
        var random = new Random(23);
        for (var round = 0; round < Rounds; round++)
        {
            var x = Draw(random, 8, isLine: false);

            var result = await place.TryAsync(channel, "post://main", new { text = "t", data = new { x } });

            Assert.Equal("", result.Reason);
            var request = await receiver.NextAsync(PostPlace.TestEnd);
            var target = request.Target.Split('?');
            Assert.Equal(2, target.Length);
            Assert.Equal(["", "a", x, "b"], target[0].Split('/').Select(Uri.UnescapeDataString));
            Assert.Equal([$"q={x}", "r=1"], target[1].Split('&').Select(Uri.UnescapeDataString));
            Assert.Equal(["one", "two"], request.BodyText.Split('&').Select(field => field.Split('=')[0]));
            Assert.Equal(x, Uri.UnescapeDataString(request.BodyText.Split('&')[0][4..].Replace('+', ' ')));
            // A header is one line of ASCII. What cannot be written in it is replaced.
            var header = request.Header("x-place")!;
            Assert.All(header, c => Assert.InRange(c, ' ', '~'));
            Assert.Equal(["User-Agent", "X-Place", "Content-Type", "Content-Length", "Host"], request.Headers.Select(one => one.Key)
                .OrderBy(name => Array.IndexOf(["User-Agent", "X-Place", "Content-Type", "Content-Length", "Host"], name)));
        }
    }

    [Theory]
    [InlineData("a/{{data.x}}/b", ".", false)]
    [InlineData("a/{{data.x}}/b", "..", false)]
    [InlineData("a/{{data.x}}", ".", false)]
    [InlineData("a/{{data.x}}", "..", false)]
    [InlineData("a/{{data.x}}?q=1", ".", false)]
    [InlineData("a/{{data.x}}/b", "../..", true)]
    [InlineData("a/{{data.x}}", "../..", true)]
    [InlineData("a/{{data.x}}", "%2E", true)]
    [InlineData("a/{{data.x}}", "x.", true)]
    public async Task A_step_of_a_path_does_not_leave_the_address(string path, string x, bool isSent)
    {
        await using var place = new PostPlace();
        await using var receiver = new TestKit.Receivers.ScriptedReceiver();
        var kind = place.Define($$$"""
            {"about": "A path", "url": "{{{new Uri(receiver.Endpoint, "/")}}}{{{path}}}", "json": {}}
            """);

        var result = await place.TryAsync(place.Channel(("main", Values.Of(kind))), "post://main", new { text = "t", data = new { x } });

        if (isSent)
        {
            Assert.Equal("", result.Reason);
            var target = (await receiver.NextAsync(PostPlace.TestEnd)).Target.Split('?')[0];
            Assert.Equal(
                ["", .. path.Split('?')[0].Split('/').Select(step => step.Replace("{{data.x}}", x, StringComparison.Ordinal))],
                target.Split('/').Select(Uri.UnescapeDataString));
            return;
        }
        Assert.Equal(AttemptOutcome.Rejected, result.Outcome);
        Assert.StartsWith($"main: data.x '{x}': It cannot be a part", result.Reason, StringComparison.Ordinal);
        Assert.False(receiver.Received.TryRead(out _));
    }

    /// <summary>A text with at least one character that can be seen.</summary>
    private static string Draw(Random random, int most, bool isLine)
    {
        var text = new StringBuilder("x");
        for (var n = random.Next(most); n > 0; n--)
        {
            var piece = Pieces[random.Next(Pieces.Length)];
            text.Append(isLine && piece.Any(c => char.IsControl(c) || c == '\u2028') ? "-" : piece);
        }
        return text.Append('y').ToString();
    }
}
