using System.Text;
using System.Text.Json.Nodes;
using Herald.Cli.Publishing;
using Xunit;

namespace Herald.Cli.Tests.Publishing;

public sealed class EventLinesTests
{
    [Theory]
    [InlineData("""{"payload":{"a":1e999,"b":"\ud800","a":1.0}}""", """{"payload":{"a":1e999,"b":"\ud800","a":1.0},"id":"p-1"}""")]
    [InlineData(""" {"key":"k","payload":1} """, """ {"key":"k","payload":1,"id":"p-1"}""")]
    [InlineData("{ }", """{ "id":"p-1"}""")]
    [InlineData("""{"id":"own","payload":"\ud800"}""", """{"id":"own","payload":"\ud800"}""")]
    public async Task A_line_goes_out_as_it_was_written_with_an_id(string line, string sent)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(line));
        await foreach (var one in EventLines.ReadAsync(input, "p", 0, TestContext.Current.CancellationToken))
            Assert.Equal((sent, null), (Encoding.UTF8.GetString(one.Envelope), one.Problem));
    }

    [Fact]
    public async Task A_field_name_that_is_no_text_refuses_its_line_alone()
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes("{\"\\ud800\":1}\n{\"id\":\"e\",\"payload\":1}"));
        var problems = new List<string?>();
        await foreach (var one in EventLines.ReadAsync(input, "p", 0, TestContext.Current.CancellationToken))
            problems.Add(one.Problem);
        Assert.Equal(2, problems.Count);
        Assert.StartsWith("not JSON", problems[0], StringComparison.Ordinal);
        Assert.Null(problems[1]);
    }

    [Theory]
    [InlineData("\"\\ud800\"", "\"\\ud800\"")]
    [InlineData("{\"a\":1,\n \"a\":1e999}", "{\"a\":1,  \"a\":1e999}")]
    [InlineData("\"a\u2028b\"", "\"a\u2028b\"")]
    public void A_payload_goes_out_as_it_was_typed(string typed, string sent)
    {
        var line = Assert.Single(EventLines.OfPayloads([typed], false, new JsonObject { ["key"] = "k" }, null, "p"));
        Assert.Equal($$"""{"key":"k","id":"p-1","payload":{{sent}}}""", Encoding.UTF8.GetString(line.Envelope));
    }

    [Theory]
    [InlineData("{\"a\":1", "not JSON: it ends too early")]
    [InlineData("{amount:", "not JSON from 'amount:' on")]
    [InlineData("5}", "not JSON from '}' on")]
    [InlineData("", "not JSON: it ends too early")]
    [InlineData("{\"ä\":1,\n x}", "not JSON from 'x}' on")]
    [InlineData("null", null)]
    [InlineData("\"\\ud800\"", null)]
    public void What_is_not_JSON_is_told_with_its_place(string typed, string? told) => Assert.Equal(told, EventLines.ProblemOf(typed));
}
