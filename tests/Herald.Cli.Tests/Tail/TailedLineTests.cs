using Herald.Cli.Tail;
using Xunit;

namespace Herald.Cli.Tests.Tail;

public sealed class TailedLineTests
{
    private const string Event = """{"acceptedAt":"2026-01-31T12:00:00.000Z","shard":1,"sequence":2,"id":"e","payload":{"a":"\ud800","\udc00":1}}""";

    [Fact]
    public void An_event_with_half_a_character_in_it_is_shown() =>
        Assert.EndsWith("1/2  -  -  e  {\"a\":\"\\ud800\",\"\\udc00\":1}", TailedLine.ForPeople(Event), StringComparison.Ordinal);
}
