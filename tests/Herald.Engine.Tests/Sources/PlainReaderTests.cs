using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Sources;
using Xunit;

namespace Herald.Engine.Tests.Sources;

public sealed class PlainReaderTests
{
    private static readonly SourcePlace Place = new("kafka/main/orders", 3, 42);
    private readonly PlainReader _reader = new();

    [Fact]
    public void Key_value_and_known_headers_are_what_they_say_and_the_rest_are_attributes()
    {
        SourceHeader[] headers = [Header("id", "e1"), Header("type", "paid"), Header("content-type", "text/plain"), Header("traceparent", "00-1"), Header("region", "eu")];
        var refusal = _reader.Read(new SourceMessage { Place = Place, Key = "k"u8, Value = "v"u8, Headers = headers, TimeMs = 7 }, out var draft);
        Assert.Null(refusal);
        Assert.Equal("e1 k paid text/plain 00-1 v", string.Join(' ', Text(draft.Id), Text(draft.Key), Text(draft.Type), Text(draft.ContentType), Text(draft.Trace), Text(draft.Payload)));
        Assert.True(draft is { HasId: true, HasKey: true, TimeMs: 7 });
        Assert.Equal(1, draft.Attributes!.Count);
    }

    [Fact]
    public void Without_an_id_the_place_is_the_id()
    {
        _reader.Read(new SourceMessage { Place = Place }, out var draft);
        Assert.Equal("kafka/main/orders/3/42", Text(draft.Id));
        Assert.False(draft.HasKey);
    }

    [Fact]
    public void With_a_time_of_its_own_the_place_and_the_time_are_the_id()
    {
        _reader.Read(new SourceMessage { Place = Place, TimeMs = 1234 }, out var draft);
        Assert.Equal("kafka/main/orders/3/42@1234", Text(draft.Id));
    }

    [Fact]
    public void Of_a_long_place_the_end_is_the_id()
    {
        _reader.Read(new SourceMessage { Place = new(new string('é', 300), 1, long.MaxValue) }, out var draft);
        Assert.True(draft.Id.Length <= 255);
        Assert.EndsWith("é/1/9223372036854775807", Text(draft.Id), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\":1}", "application/json")]
    [InlineData(" \n[1]", "application/json")]
    [InlineData("plain", "application/octet-stream")]
    [InlineData("", "application/octet-stream")]
    public void Content_that_looks_like_JSON_is_called_so(string value, string contentType)
    {
        _reader.Read(new SourceMessage { Place = Place, Value = Encoding.UTF8.GetBytes(value) }, out var draft);
        Assert.Equal(contentType, Text(draft.ContentType));
    }

    [Fact]
    public void A_key_that_is_no_text_is_written_in_hexadecimal()
    {
        Assert.Null(_reader.Read(new SourceMessage { Place = Place, Key = [0xFF, 0x01] }, out var draft));
        Assert.Equal("ff01", Text(draft.Key));
        Assert.Contains("600 bytes", _reader.Read(new SourceMessage { Place = Place, Key = Enumerable.Repeat((byte)0xFF, 600).ToArray() }, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tombstone_says_so()
    {
        Assert.Null(_reader.Read(new SourceMessage { Place = Place, Key = "k"u8, IsTombstone = true }, out var draft));
        Assert.Equal((1, 0), (draft.Attributes!.Count, draft.Payload.Length));
    }

    [Fact]
    public void Headers_that_cannot_be_attributes_cost_nothing_but_themselves()
    {
        var headers = Enumerable.Range(0, 200).Select(i => new SourceHeader($"h{i}", new byte[] { 0xFF })).Append(Header("good", "1")).Append(Header(new string('n', 300), "1")).ToArray();
        Assert.Null(_reader.Read(new SourceMessage { Place = Place, Headers = headers }, out var draft));
        Assert.Equal(1, draft.Attributes!.Count);
    }

    private static SourceHeader Header(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
