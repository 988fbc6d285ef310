using Herald.Messages.Providers;

namespace Herald.Messages.Tests;

public sealed class AmbiguousSendsTests
{
    [Fact]
    public void It_forgets_the_oldest_when_it_is_full()
    {
        var sends = new AmbiguousSends(2);
        sends.Note("a", 1, "main");
        sends.Note("b", 1, "main");
        sends.Note("a", 1, "backup");
        sends.Note("c", 1, "main");

        Assert.Equal(("backup", null, "main", 2), (sends.Find("a", 1), sends.Find("b", 1), sends.Find("c", 1), sends.Count));
        sends.Forget("a");
        sends.Forget("never");
        Assert.Equal((null, 1), (sends.Find("a", 1), sends.Count));
    }

    [Fact]
    public void It_says_nothing_about_another_endpoint()
    {
        var sends = new AmbiguousSends(2);
        sends.Note("a", 1, "main");
        Assert.Equal(("main", null), (sends.Find("a", 1), sends.Find("a", 2)));
    }
}
