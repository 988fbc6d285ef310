using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Sources;
using Xunit;

namespace Herald.Engine.Tests.Sources;

public sealed class SourceMessageTests
{
    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public void Of_headers_with_one_name_the_last_counts()
    {
        var message = With(("a", "1"), ("b", "2"), ("a", "3"), ("c", "4"));
        Assert.Equal(("3", "2", "4"), (Text(message.Find("a")), Text(message.Find("b")), Text(message.Find("c"))));
        Assert.Null(message.Find("A"));
        Assert.Null(With().Find("a"));
    }

    [Theory]
    [InlineData(Trace, true)]
    [InlineData(Trace + "0", false)]
    [InlineData("", false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0\n", false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0 ", true)]
    public void A_trace_that_is_not_as_it_should_be_is_none(string given, bool isOne) =>
        Assert.Equal(isOne ? given : "", Encoding.UTF8.GetString(With(("traceparent", given)).Trace));

    private static SourceMessage With(params (string Name, string Value)[] headers) => new()
    {
        Place = new SourcePlace("stream", 0, 1),
        Headers = headers.Select(header => new SourceHeader(header.Name, Encoding.UTF8.GetBytes(header.Value))).ToArray(),
    };

    private static string? Text(SourceHeader? header) => header is { } found ? Encoding.UTF8.GetString(found.Value.Span) : null;
}
