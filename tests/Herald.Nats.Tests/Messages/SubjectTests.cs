using Herald.Nats.Messages;

namespace Herald.Nats.Tests.Messages;

public sealed class SubjectTests
{
    [Theory]
    [InlineData("orders", true, true)]
    [InlineData("orders.created.eu", true, true)]
    [InlineData("orders.>x", true, true)]
    [InlineData("orders.*", true, false)]
    [InlineData("orders.*.eu", true, false)]
    [InlineData(">", true, false)]
    [InlineData("orders.>", true, false)]
    [InlineData("", false, false)]
    [InlineData("orders.", false, false)]
    [InlineData(".orders", false, false)]
    [InlineData("a..b", false, false)]
    [InlineData("a b", false, false)]
    [InlineData("a\r\nPUB b", false, false)]
    [InlineData(">.orders", false, false)]
    public void Subjects_are_told_from_what_is_none(string text, bool isPattern, bool isLiteral) =>
        Assert.Equal((isPattern, isLiteral), (Subjects.IsPattern(text), Subjects.IsLiteral(text)));

    [Theory]
    [InlineData(">", "a.b", true)]
    [InlineData("a.>", "a.b.c", true)]
    [InlineData("a.>", "a.*", true)]
    [InlineData("a.>", "a.>", true)]
    [InlineData("a.*", "a.b", true)]
    [InlineData("a.*.c", "a.*.c", true)]
    [InlineData("a.b", "a.b", true)]
    [InlineData("a.>", "a", false)]
    [InlineData("a.*", "a.>", false)]
    [InlineData("a.*", "a.b.c", false)]
    [InlineData("a.b", "a.*", false)]
    [InlineData("a.b", "a.c", false)]
    [InlineData("a.b.c", "a.b", false)]
    public void One_subject_covers_another(string wide, string narrow, bool covers) => Assert.Equal(covers, Subjects.Covers(wide, narrow));

    [Theory]
    [InlineData(">", "a.b", true)]
    [InlineData("a.>", "a.b.c", true)]
    [InlineData("a.*", "*.b", true)]
    [InlineData("a.b", "a.b", true)]
    [InlineData("a.*.c", "a.b.>", true)]
    [InlineData("a.>", "a", false)]
    [InlineData("a.*", "a.b.c", false)]
    [InlineData("a.b", "a.c", false)]
    [InlineData("a.*.c", "a.*.d", false)]
    public void Two_subjects_have_messages_in_common(string one, string other, bool overlap) =>
        Assert.Equal((overlap, overlap), (Subjects.Overlap(one, other), Subjects.Overlap(other, one)));
}
