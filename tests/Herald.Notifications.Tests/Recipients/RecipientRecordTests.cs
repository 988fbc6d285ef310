using System.Buffers;
using System.Text;
using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Hosting.Problems;
using Herald.Messages;
using Herald.Notifications.Recipients;
using Herald.Notifications.Tests.Posts;

namespace Herald.Notifications.Tests.Recipients;

public sealed class RecipientRecordTests
{
    private const string Whole =
        """{"addresses":{"email":"Anna <anna@x.org>","slack":"C0123"},"zone":"Europe/Berlin","locale":"de-AT","quiet":{"from":"22:00","to":"07:00"},"wishes":{"ads":[],"news":["email","sms"]}}""";

    private static readonly RecipientKey Anna = RecipientKey.OfPerson("user:anna")!,
        Address = RecipientKey.OfAddress(Destination.Email, "a@x.org");

    private static readonly Dictionary<Destination, IRecipientCheck> Checks = Given.Rules.Destinations
        .Where(one => one.Value.Check is not null).ToDictionary(one => one.Key, one => one.Value.Check!);

    [Fact]
    public void A_record_is_read_and_written_in_one_form()
    {
        var record = Record(
            """
            {"wishes":{"news":["SMS","email","Email"],"ads":[]},"quiet":{"to":"07:00","from":"22:00"},"locale":"de-AT","zone":"Europe/Berlin",
             "addresses":{"SLACK":"C0123","Email":"Anna <anna@x.org>","sms":null}}
            """);
        Assert.Equal(
            new RecipientRecord
            {
                Addresses = TextMap.Of([new("email", "Anna <anna@x.org>"), new("slack", "C0123")]),
                Zone = "Europe/Berlin",
                Locale = "de-AT",
                Quiet = new(new(22, 0), new(7, 0), "Europe/Berlin"),
                WishesByCategory = TextMap.Of([new("news", "email sms"), new("ads", "")]),
            },
            record);
        Assert.Equal(Whole, Written(record));
        Assert.Equal(record, Record(Whole));
        Assert.Equal("{}", Written(Record("{}")));
        Assert.Equal("""{"zone":"UTC"}""", Written(Record("""{"zone":"UTC","quiet":null}""")));
    }

    [Fact]
    public void Wishes_are_by_category_and_what_is_not_mentioned_is_wished()
    {
        var record = Record(Whole);
        Assert.True(record.Wishes(null, Destination.Push));
        Assert.True(record.Wishes("invoices", Destination.Push));
        Assert.True(record.Wishes("news", Destination.Sms));
        Assert.False(record.Wishes("news", Destination.Push));
        Assert.False(record.Wishes("ads", Destination.Email));
        Assert.Equal(("Anna <anna@x.org>", null), (record.AddressOf(Destination.Email), record.AddressOf(Destination.Sms)));
    }

    [Fact]
    public void A_browsers_subscription_is_an_address_in_one_form()
    {
        const string Key = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            Auth = "BTBZMqHH6r4Tts7J_aSIgg";
        var record = Record("{\"addresses\":{\"push\":{\"keys\":{\"p256dh\":\"" + Key + "\",\"auth\":\"" + Auth + "\"}, \"endpoint\":\"https://push.example.com/a\"}}}");
        Assert.Equal(
            "{\"endpoint\":\"https://push.example.com/a\",\"keys\":{\"auth\":\"" + Auth + "\",\"p256dh\":\"" + Key + "\"}}",
            record.AddressOf(Destination.Push));
        Assert.Equal(record, Record(Written(record)));
    }

    [Theory]
    [InlineData("[]", "", "[]", "A record is an object such as {\"addresses\": {\"email\": \"anna@example.com\"}}.")]
    [InlineData("""{"adresses":{}}""", "/adresses", "{}", "There is no such field. Did you mean addresses?")]
    [InlineData("""{"colour":1}""", "/colour", "1", "There is no such field. Known: addresses, zone, locale, quiet, wishes.")]
    [InlineData("""{"zone":"UTC","zone":"UTC"}""", "/zone", "UTC", "The field is there twice. Remove one.")]
    [InlineData("""{"addresses":"x"}""", "/addresses", "x", "Write an object with an address for each destination.")]
    [InlineData("""{"addresses":{"fax":"1"}}""", "/addresses/fax", "1", "Write EMAIL, SMS, SLACK or PUSH.")]
    [InlineData(
        """{"addresses":{"email":"a@x.org","EMAIL":"b@x.org"}}""", "/addresses/EMAIL", "b@x.org",
        "The destination is there twice. Remove one.")]
    [InlineData(
        """{"addresses":{"email":"anna"}}""", "/addresses/email", "anna",
        "Write one mail address, such as ann@example.com or Ann <ann@example.com>.")]
    [InlineData("""{"addresses":{"email":7}}""", "/addresses/email", "7", "Write a JSON string.")]
    [InlineData("""{"addresses":{"email":{}}}""", "/addresses/email", "{}", "Write a JSON string.")]
    [InlineData(
        """{"addresses":{"slack":"user:bob"}}""", "/addresses/slack", "user:bob",
        "An address of a person is never a person. Write the address itself.")]
    [InlineData(
        """{"addresses":{"slack":"a\u0000"}}""", "/addresses/slack", "a\0", "Write an address in one line, without control characters.")]
    [InlineData("""{"addresses":{"slack":" "}}""", "/addresses/slack", " ", "Write an address in one line, without control characters.")]
    [InlineData(
        """{"zone":"Europe/Atlantis"}""", "/zone", "Europe/Atlantis", "Write a time zone that this machine knows, like Europe/Berlin.")]
    [InlineData("""{"zone":"\ud800"}""", "/zone", "\"\\ud800\"", "The text is not valid Unicode: half of a UTF-16 pair.")]
    [InlineData("""{"locale":"d"}""", "/locale", "d", "Write a language, with a region if it matters, like de or de-AT.")]
    [InlineData("""{"locale":"de_AT"}""", "/locale", "de_AT", "Write a language, with a region if it matters, like de or de-AT.")]
    [InlineData("""{"locale":"de-"}""", "/locale", "de-", "Write a language, with a region if it matters, like de or de-AT.")]
    [InlineData(
        """{"zone":"UTC","quiet":{"from":"22:00"}}""", "/quiet/to", "missing", "Write hours and minutes like 22:00, from 00:00 to 23:59.")]
    [InlineData(
        """{"zone":"UTC","quiet":{"from":"24:00","to":"07:00"}}""", "/quiet/from", "24:00",
        "Write hours and minutes like 22:00, from 00:00 to 23:59.")]
    [InlineData(
        """{"zone":"UTC","quiet":{"from":"7:00","to":"08:00"}}""", "/quiet/from", "7:00",
        "Write hours and minutes like 22:00, from 00:00 to 23:59.")]
    [InlineData(
        """{"zone":"UTC","quiet":{"from":"22:00","to":"07:00","days":[]}}""", "/quiet/days", "[]",
        "There is no such field. Known: from, to.")]
    [InlineData(
        """{"zone":"UTC","quiet":{"from":"22:00","to":"22:00"}}""", "/quiet", "{\"from\":\"22:00\",\"to\":\"22:00\"}",
        "The times are the same. Write another end, or opt out by wishes or a suppression.")]
    [InlineData(
        """{"quiet":{"from":"22:00","to":"07:00"}}""", "/zone", "missing",
        "Quiet hours need the time zone of the recipient. Write a time zone that this machine knows, like Europe/Berlin.")]
    [InlineData("""{"wishes":{"News":[]}}""", "/wishes/News", "[]", "A category has 1 to 63 lower-case letters, digits and hyphens.")]
    [InlineData(
        """{"wishes":{"news":"email"}}""", "/wishes/news", "email", "Write a list of destinations, such as [\"email\"], or [] for none.")]
    [InlineData("""{"wishes":{"news":["email","fax"]}}""", "/wishes/news/1", "fax", "Write EMAIL, SMS, SLACK or PUSH.")]
    public void What_is_wrong_is_named_with_its_rule(string json, string pointer, string value, string rule)
    {
        var (record, problems) = Read(json, Anna);
        Assert.Null(record);
        Assert.Equal([new FieldProblem(pointer, value, rule)], problems.Shown);
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var problems = Read("""{"addresses":{"email":"x","fax":"1"},"zone":"x","locale":"","quiet":{"from":"x"},"wishes":{"a":["b"]},"more":1}""", Anna).Problems;
        Assert.Equal(
            ["/addresses/email", "/addresses/fax", "/zone", "/locale", "/quiet/from", "/wishes/a/0", "/more"],
            problems.Shown.Select(one => one.Pointer));
    }

    [Fact]
    public void Only_a_person_has_addresses()
    {
        Assert.NotNull(Read("""{"wishes":{"news":[]}}""", Address).Record);
        Assert.Equal(
            "Only a person has addresses. Write this record for user:NAME.",
            Assert.Single(Read("""{"addresses":{"email":"a@x.org"}}""", Address).Problems.Shown).Rule);
    }

    [Fact]
    public void Bounds_are_kept()
    {
        static string Wishes(int count) =>
            "{\"wishes\":{" + string.Join(',', Enumerable.Range(0, count).Select(i => $"\"c{i}\":[]")) + "}}";
        Assert.NotNull(Read(Wishes(50), Anna).Record);
        Assert.Equal("At most 50 categories. Remove some.", Assert.Single(Read(Wishes(51), Anna).Problems.Shown).Rule);
        Assert.Equal("At most 320 bytes.",
            Assert.Single(Read($$$"""{"addresses":{"slack":"{{{new string('ä', 161)}}}"}}""", Anna).Problems.Shown).Rule);
        Assert.ThrowsAny<JsonException>(() => Read("{", Anna));
    }

    private static (RecipientRecord? Record, ProblemList Problems) Read(string json, RecipientKey key) =>
        RecipientRecordReader.Read(Encoding.UTF8.GetBytes(json), key, Checks);

    private static RecipientRecord Record(string json)
    {
        var (record, problems) = Read(json, Anna);
        Assert.Empty(problems.Shown);
        return record!;
    }

    private static string Written(RecipientRecord record)
    {
        var buffer = new ArrayBufferWriter<byte>();
        record.Write(buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
