using Herald.Cli.Tail;
using Xunit;

namespace Herald.Cli.Tests.Tail;

public sealed class TailedLineTests
{
    private const string Event = """{"acceptedAt":"2026-01-31T12:00:00.000Z","shard":1,"sequence":2,"id":"e","payload":{"a":"\ud800","\udc00":1}}""";

    [Fact]
    public void An_event_with_half_a_character_in_it_is_shown() =>
        Assert.EndsWith("1/2  -  -  e  {\"a\":\"\\ud800\",\"\\udc00\":1}", TailedLine.ForPeople(Event), StringComparison.Ordinal);

    [Fact]
    public void What_would_command_the_terminal_is_shown_as_an_escape_or_as_a_space()
    {
        var line = TailedLine.ForPeople("""{"acceptedAt":"t","shard":1,"sequence":2,"id":"e\u001b[2J","key":"a\nb","payload":"\u001b X"}""".Replace('X', '\u009b'));
        Assert.Equal("t  1/2  a b  -  e [2J  \"\\u001b \\u009b\"", line);
        Assert.Equal("no JSON \\u001b[2J", TailedLine.ForPeople("no JSON \u001b[2J"));
    }
}
