using Herald.Messages;
using Herald.Notifications.Recipients;

namespace Herald.Notifications.Tests.Recipients;

public sealed class RecipientKeyTests
{
    [Theory]
    [InlineData("user:42")]
    [InlineData("user:a.B_c@d-9")]
    public void A_person_has_a_name(string text)
    {
        Assert.Equal(new RecipientKey(text, null), RecipientKey.OfPerson(text));
        Assert.Equal((new RecipientKey(text, null), null), RecipientKey.Parse(text));
        Assert.True(RecipientKey.Of(Destination.Email, text).IsPerson);
    }

    [Theory]
    [InlineData("user:")]
    [InlineData("user:a b")]
    [InlineData("user:ä")]
    [InlineData("user:a/b")]
    [InlineData("user:a\n")]
    public void Another_name_is_refused(string text)
    {
        Assert.Null(RecipientKey.OfPerson(text));
        var (key, problem) = RecipientKey.Parse(text);
        Assert.Null(key);
        Assert.Equal(("/recipient", RecipientKey.PersonRule), (problem!.Pointer, problem.Rule));
    }

    [Theory]
    [InlineData(Destination.Email, "anna@x.org", "email:anna@x.org")]
    [InlineData(Destination.Email, "Anna@X.org", "email:anna@x.org")]
    [InlineData(Destination.Email, "Anna <Anna@x.ORG>", "email:anna@x.org")]
    [InlineData(Destination.Email, "\"A <b@c>\" <anna@x.org>", "email:anna@x.org")]
    [InlineData(Destination.Email, " <anna@x.org> ", "email:anna@x.org")]
    [InlineData(Destination.Sms, "+49 (151) 123-456.78", "sms:+4915112345678")]
    [InlineData(Destination.Slack, "C0123ABCD", "slack:C0123ABCD")]
    [InlineData(Destination.Push, "fGw:APA91b", "push:fGw:APA91b")]
    [InlineData(
        Destination.Push, "{\"endpoint\":\"https://push.example.com/a\",\"keys\":{\"auth\":\"x\"}}", "push:https://push.example.com/a")]
    [InlineData(Destination.Push, "{\"endpoint\":7}", "push:{\"endpoint\":7}")]
    [InlineData(Destination.Push, "{x", "push:{x")]
    [InlineData(Destination.Push, "{\"endpoint\":\"\\ud800\"}", "push:{\"endpoint\":\"\\ud800\"}")]
    public void Forms_of_one_address_have_one_key(Destination destination, string to, string key)
    {
        Assert.Equal(new RecipientKey(key, destination), RecipientKey.OfAddress(destination, to));
        // A key is a form of its address too.
        Assert.Equal((new RecipientKey(key, destination), null), RecipientKey.Parse(key));
    }

    [Fact]
    public void A_long_address_is_a_hash_and_fits_the_key_of_an_event()
    {
        var (a, b) = (RecipientKey.OfAddress(Destination.Push, new string('a', 4096)),
            RecipientKey.OfAddress(Destination.Push, new string('b', 4096)));
        Assert.StartsWith("push:sha256-", a.Text, StringComparison.Ordinal);
        Assert.NotEqual(a, b);
        Assert.Equal(a, RecipientKey.OfAddress(Destination.Push, new string('a', 4096)));
        Assert.Equal("push:sha256-".Length + 64, a.Text.Length);
        Assert.Equal((a, null), RecipientKey.Parse(a.Text));
        Assert.Equal((a, null), RecipientKey.Parse($"PUSH:{new string('a', 4096)}"));
        Assert.True(RecipientKey.OfAddress(Destination.Push, new string('a', 400)).Text.Length == 405);
    }

    [Theory]
    [InlineData("")]
    [InlineData("anna@x.org")]
    [InlineData("fax:1")]
    [InlineData("email:")]
    [InlineData("email: ")]
    [InlineData("email:a\nb")]
    public void What_is_no_recipient_is_refused(string text) => Assert.Equal(RecipientKey.Rule, RecipientKey.Parse(text).Problem?.Rule);
}
