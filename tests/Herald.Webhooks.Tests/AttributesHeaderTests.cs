using System.Globalization;
using System.Web;

namespace Herald.Webhooks.Tests;

public sealed class AttributesHeaderTests : WebhookTest
{
    [Fact]
    public async Task Attributes_are_one_header_in_the_order_of_the_record()
    {
        var request = await DeliverAsync(Sketch with { Attributes = [("country", "NZ"), ("tier", "gold")] });

        Assert.Equal("country=NZ&tier=gold", request.Header(AttributesHeader.Name));
        Assert.Null(request.Header(AttributesHeader.Omitted));
    }

    [Fact]
    public async Task An_event_without_attributes_has_no_such_header()
    {
        var request = await DeliverAsync(Sketch);

        Assert.Null(request.Header(AttributesHeader.Name));
        Assert.Null(request.Header(AttributesHeader.Omitted));
    }

    [Theory]
    [InlineData("a b", "c+d", "a%20b=c%2Bd")]
    [InlineData("a=b", "c&d", "a%3Db=c%26d")]
    [InlineData("Größe", "漢字", "Gr%C3%B6%C3%9Fe=%E6%BC%A2%E5%AD%97")]
    [InlineData("x\r\nwebhook-id: forged", "50%", "x%0D%0Awebhook-id%3A%20forged=50%25")]
    [InlineData("webhook-signature", "", "webhook-signature=")]
    public async Task Names_and_values_are_percent_encoded(string name, string value, string text) =>
        Assert.Equal(text, (await DeliverAsync(Sketch with { Attributes = [(name, value)] })).Header(AttributesHeader.Name));

    [Fact]
    public async Task Whatever_names_and_values_are_a_parser_of_forms_returns_them()
    {
        const string Nasty = "aZ0-._~ +&=%;?#/\\\"'\0\r\n\tüß漢🎈\u2028\uFFFD";
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var attributes = Enumerable.Range(0, random.Next(1, 8))
                .Select(number => (number.ToString(CultureInfo.InvariantCulture) + Draw(random), Draw(random))).ToList();

            var request = await DeliverAsync(Sketch with { Attributes = attributes });

            var header = request.Header(AttributesHeader.Name)!;
            var parsed = HttpUtility.ParseQueryString(header);
            Assert.True(
                attributes.SequenceEqual(parsed.AllKeys.Select(name => (name!, parsed[name]!))), $"seed {seed}: {header}");
            Assert.Matches("^[A-Za-z0-9._~%&=-]+$", header);
            Assert.Equal("msg_p5jXN8AQM9LWM0D4loKWxJek", request.Header("webhook-id"));
        }

        static string Draw(Random random)
        {
            var runes = Nasty.EnumerateRunes().ToArray();
            return string.Concat(Enumerable.Range(0, random.Next(0, 20)).Select(_ => runes[random.Next(runes.Length)].ToString()));
        }
    }

    [Fact]
    public async Task Exactly_7000_bytes_are_sent()
    {
        var (attributes, text) = OfLength(AttributesHeader.Longest);
        var request = await DeliverAsync(Sketch with { Attributes = attributes });

        Assert.Equal(text, request.Header(AttributesHeader.Name));
        Assert.Null(request.Header(AttributesHeader.Omitted));
    }

    [Fact]
    public async Task One_byte_more_is_left_out_and_its_length_is_said()
    {
        var request = await DeliverAsync(Sketch with { Attributes = OfLength(AttributesHeader.Longest + 1).Attributes });

        Assert.Null(request.Header(AttributesHeader.Name));
        Assert.Equal("7001", request.Header(AttributesHeader.Omitted));
    }

    /// <summary>The most that intake accepts, encoded in the longest way: three characters for each of 4,096 bytes.</summary>
    [Fact]
    public async Task The_most_attributes_that_an_event_can_have_are_left_out()
    {
        var attributes = Enumerable.Range(0, 50).Select(number => (new string((char)(1 + number), 1), new string('\n', 80))).ToList();
        attributes[0] = (attributes[0].Item1, new string('\n', 80 + 46));
        var request = await DeliverAsync(Sketch with { Attributes = attributes });

        Assert.Equal("12377", request.Header(AttributesHeader.Omitted));
    }

    [Fact]
    public void An_event_without_attributes_costs_no_allocation()
    {
        using var request = new HttpRequestMessage();
        var view = Sketch.ToAttempt().Event;
        AttributesHeader.Write(request.Headers, view);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            AttributesHeader.Write(request.Headers, view);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Two attributes, one with a character that is encoded, whose text has this length.</summary>
    private static (IReadOnlyList<(string, string)> Attributes, string Text) OfLength(int length)
    {
        var (left, right) = (new string('\n', 1000), new string('x', length - "a=".Length - 3000 - "&b=".Length));
        return ([("a", left), ("b", right)], $"a={string.Concat(Enumerable.Repeat("%0A", 1000))}&b={right}");
    }
}
