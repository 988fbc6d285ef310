using System.Text;
using System.Text.Json;
using Herald.Lab.Benches.Load;
using Xunit;

namespace Herald.Lab.Tests.Benches.Load;

public sealed class PublishShapeTests
{
    [Fact]
    public void A_body_is_as_long_as_is_said_and_every_line_is_an_event()
    {
        var shape = new PublishShape(3);
        var body = shape.Body(run: 7, sender: 12, first: 998);
        Assert.Equal(shape.BodyBytes, body.Length);
        var lines = Encoding.ASCII.GetString(body).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["0007-12-000000000998", "0007-12-000000000999", "0007-12-000000001000"], lines.Select(line => Field(line, "id")));
        Assert.Equal(["key-998", "key-999", "key-000"], lines.Select(line => Field(line, "key")));
        Assert.All(lines, line => Assert.Equal(PublishShape.PayloadBytes, Field(line, "payload").Length));
    }

    [Fact]
    public void The_digits_are_where_is_said()
    {
        var body = Encoding.ASCII.GetString(new PublishShape(1).Body(1, 1, 123));
        Assert.Equal("000000000123", body.Substring(PublishShape.NumberAt, PublishShape.NumberFormat.Length));
        Assert.Equal("123", body.Substring(PublishShape.KeyAt, PublishShape.KeyFormat.Length));
    }

    [Theory]
    [InlineData(1, "application/json")]
    [InlineData(500, "application/x-ndjson")]
    public void The_head_tells_type_and_length(int batch, string type)
    {
        var shape = new PublishShape(batch);
        Assert.Equal(
            $"POST /v1/topics/bench/events HTTP/1.1\r\nHost: 127.0.0.1:8090\r\nContent-Type: {type}\r\nContent-Length: {shape.BodyBytes}\r\n\r\n",
            shape.Head(new Uri("http://127.0.0.1:8090")));
    }

    private static string Field(string line, string name)
    {
        using var json = JsonDocument.Parse(line);
        var field = json.RootElement.GetProperty(name);
        return field.ValueKind == JsonValueKind.String ? field.GetString()! : field.GetRawText();
    }
}
