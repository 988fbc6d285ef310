using Herald.Messages.Providers;

namespace Herald.Messages.Tests;

public sealed class AmbiguousSendsTests
{
    [Fact]
    public void It_forgets_the_oldest_when_it_is_full()
    {
        var sends = new AmbiguousSends(2);
        sends.Note("a", "main");
        sends.Note("b", "main");
        sends.Note("a", "backup");
        sends.Note("c", "main");

        Assert.Equal(("backup", null, "main", 2), (sends.Find("a"), sends.Find("b"), sends.Find("c"), sends.Count));
        sends.Forget("a");
        sends.Forget("never");
        Assert.Equal((null, 1), (sends.Find("a"), sends.Count));
    }
}
