using System.Text;
using Herald.Engine.Basics;
using Xunit;

namespace Herald.Engine.Tests.Basics;

public sealed class CallerNameTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("token", "token")]
    [InlineData("André 🙂", "André 🙂")]
    [InlineData("a\nb\u001b[31m\u202e", "a?b?[31m?")]
    public void What_cannot_be_printed_becomes_a_question_mark(string? name, string expected) => Assert.Equal(expected, CallerName.Bounded(name));

    [Fact]
    public void A_long_name_ends_with_a_whole_character()
    {
        var bounded = CallerName.Bounded("x" + new string('é', 100));
        Assert.Equal("x" + new string('é', 31), bounded);
        Assert.InRange(Encoding.UTF8.GetByteCount(bounded), 1, CallerName.MostBytes);
    }
}
