namespace Herald.Messages.Tests;

public sealed class ProviderTextTests
{
    [Theory]
    [InlineData("a\r\nb\u001b[2J\u202e", "a  b [2J")]
    [InlineData("  x  ", "x")]
    [InlineData("😀", "😀")]
    public void Words_of_a_provider_become_one_clean_line(string text, string line) => Assert.Equal(line, ProviderText.OneLine(text));

    [Fact]
    public void They_are_cut_and_never_inside_of_a_character()
    {
        Assert.Equal("aaa…", ProviderText.OneLine("aaa😀😀", 4));
        Assert.Equal("aa😀…", ProviderText.OneLine("aa😀😀", 4));
        Assert.Equal(ProviderText.LongestAnswer + 1, ProviderText.Answer(new string('a', 100_000)).Length);
    }

    [Fact]
    public void Half_of_a_character_is_replaced() => Assert.Equal("\ufffdx", ProviderText.OneLine("\ud800x"));

    [Fact]
    public void An_answer_keeps_its_lines() => Assert.Equal("a\nb\ufffd", ProviderText.Answer("a\nb\0"));
}
