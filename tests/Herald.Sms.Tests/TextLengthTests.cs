using Herald.Sms.Texts;

namespace Herald.Sms.Tests;

public sealed class TextLengthTests
{
    [Theory]
    [InlineData("a", 160, true, 160, 1)]
    [InlineData("a", 161, true, 161, 2)]
    [InlineData("a", 306, true, 306, 2)]
    [InlineData("a", 307, true, 307, 3)]
    [InlineData("ä", 160, true, 160, 1)]
    [InlineData("€", 80, true, 160, 1)]
    [InlineData("€", 81, true, 162, 2)]
    // 153 is odd, so a character of the extension leaves one place of each part empty: 76 in a part.
    [InlineData("€", 152, true, 304, 2)]
    [InlineData("€", 153, true, 306, 3)]
    [InlineData("é\n", 80, true, 160, 1)]
    [InlineData("ё", 70, false, 70, 1)]
    [InlineData("ё", 71, false, 71, 2)]
    [InlineData("ё", 134, false, 134, 2)]
    [InlineData("ё", 135, false, 135, 3)]
    [InlineData("😀", 35, false, 70, 1)]
    [InlineData("😀", 36, false, 72, 2)]
    [InlineData("😀", 66, false, 132, 2)]
    [InlineData("😀", 67, false, 134, 3)]
    [InlineData("`", 1, false, 1, 1)]
    public void Parts_are_counted_as_phones_count_them(string text, int times, bool isGsm, int units, int segments) =>
        Assert.Equal(new TextLength(isGsm, units, segments), TextLength.Of(string.Concat(Enumerable.Repeat(text, times))));

    [Fact]
    public void One_character_outside_of_the_alphabet_changes_the_whole_text() =>
        Assert.Equal(new TextLength(false, 160, 3), TextLength.Of(new string('a', 159) + "ё"));

    [Fact]
    public void The_alphabet_has_128_characters_with_the_escape_and_the_extension_ten()
    {
        var gsm = Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(c => TextLength.Of(c.ToString()).IsGsm).ToList();
        Assert.Equal(127, gsm.Count(c => TextLength.Of(c.ToString()).Units == 1));
        Assert.Equal("\f[\\]^{|}~€", string.Concat(gsm.Where(c => TextLength.Of(c.ToString()).Units == 2)));
    }
}
