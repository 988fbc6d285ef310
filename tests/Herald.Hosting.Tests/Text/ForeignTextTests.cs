using Herald.Hosting.Commands;
using Xunit;

namespace Herald.Hosting.Tests.Text;

public sealed class ForeignTextTests
{
    [Theory]
    [InlineData("plain, привет 🜁", "plain, привет 🜁")]
    [InlineData("a\r\nb\tc\u001b[2J\u007f\u009b", "a  b c [2J  ")]
    public void In_one_line_control_characters_are_spaces(string text, string shown) => Assert.Equal(shown, ForeignText.OneLine(text));

    [Theory]
    [InlineData("plain\n\tand\r\nbroken", "plain\n\tand\r\nbroken")]
    [InlineData("a\rb\u001b[2J\0\u009b\r", "a\\u000db\\u001b[2J\\u0000\\u009b\\u000d")]
    public void Verbatim_only_what_commands_the_terminal_is_escaped(string text, string shown) => Assert.Equal(shown, ForeignText.Verbatim(text));
}
