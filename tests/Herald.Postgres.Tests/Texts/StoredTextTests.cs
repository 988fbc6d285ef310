using Herald.Postgres.Connections;
using Xunit;

namespace Herald.Postgres.Tests.Texts;

public sealed class StoredTextTests
{
    [Fact]
    public void What_can_be_held_stays_the_same_object()
    {
        foreach (var text in (string[])["", "plain", "tab\t\u0001", "\u6f22 \ud83d\ude00", "\uffff\ufffd"])
        {
            Assert.True(StoredText.Holds(text));
            Assert.Equal(text, StoredText.Of(text));
        }
        var same = new string('a', 3);
        Assert.Same(same, StoredText.Of(same));
    }

    [Fact]
    public void Zeros_and_halves_of_pairs_are_replaced_one_by_one()
    {
        (string Text, string Stored)[] cases =
        [
            ("\0", "\u2400"), ("a\0\0b", "a\u2400\u2400b"), ("\ud83d", "\ufffd"), ("\ude00\ud83d", "\ufffd\ufffd"),
            ("\ud83d\ud83d\ude00", "\ufffd\ud83d\ude00"), ("\ud83d\ude00\0", "\ud83d\ude00\u2400"), ("\ud83d\0", "\ufffd\u2400"),
        ];
        foreach (var (text, stored) in cases)
        {
            Assert.Equal(stored, StoredText.Of(text));
            Assert.False(StoredText.Holds(text));
        }
    }

    [Fact]
    public void Plain_text_is_ascii_and_tells_what_it_was()
    {
        Assert.Equal("plain\t", StoredText.Plain("plain\t"));
        Assert.Equal("\\u6f22 \\ud83d\\ude00\\u0000a", StoredText.Plain("\u6f22 \ud83d\ude00\0a"));
    }
}
