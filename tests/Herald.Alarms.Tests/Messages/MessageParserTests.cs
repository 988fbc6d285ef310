using System.Text;
using Herald.Alarms.Messages;
using Xunit;

namespace Herald.Alarms.Tests.Messages;

public sealed class MessageParserTests
{
    private const string Good = """{"AlarmID":"a1","UserID":"u1","Status":"WARNING","ChangedAt":"2026-01-31T12:00:00.123456789+01:00"}""";

    private readonly MessageParser _parser = new();

    [Theory]
    [InlineData(Good)]
    [InlineData("""{"alarmid":"a1","userid":"u1","status":"WARNING","changedat":"2026-01-31T12:00:00.123456789+01:00"}""")]
    [InlineData("""{"ALARMID":"a1","USERID":"u1","STATUS":"WARNING","CHANGEDAT":"2026-01-31T12:00:00.123456789+01:00"}""")]
    [InlineData(""" { "changedAt" : "2026-01-31T12:00:00.123456789+01:00" , "status":"WARNING", "userId":"u1", "alarmId":"a1" } """)]
    [InlineData("""{"\u0041larmID":"\u00611","\u0055serID":"u\u0031","Sta\u0074us":"W\u0041RNING","ChangedAt":"2026-01-31T12:00:00.123456789\u002b01:00"}""")]
    [InlineData("""{"x":{"UserID":"no","Status":[]},"AlarmID":"a1","UserID":"u1","y":[{"AlarmID":1}],"Status":"WARNING","ChangedAt":"2026-01-31T12:00:00.123456789+01:00","x":null,"x":1e9}""")]
    [InlineData("""{"\ud800":1,"AlarmID":"a1","UserID":"u1","Status":"WARNING","ChangedAt":"2026-01-31T12:00:00.123456789+01:00"}""")]
    [InlineData("""{"UserID ":1,"User\u0130D":1,"AlarmID":"a1","UserID":"u1","Status":"WARNING","ChangedAt":"2026-01-31T12:00:00.123456789+01:00"}""")]
    public void A_change_is_read_whatever_the_case_order_and_escapes_of_its_fields(string json)
    {
        Assert.Null(_parser.ReadChange(Encoding.UTF8.GetBytes(json), out var change));
        Assert.Equal("u1", Encoding.UTF8.GetString(change.User));
        Assert.Equal("a1", Encoding.UTF8.GetString(change.Alarm));
        Assert.Equal(AlarmStatus.Warning, change.Status);
        Assert.Equal("2026-01-31T12:00:00.123456789+01:00", change.ChangedAt.ToString());
    }

    [Theory]
    [InlineData("CLEARED", AlarmStatus.Cleared)]
    [InlineData("WARNING", AlarmStatus.Warning)]
    [InlineData("CRITICAL", AlarmStatus.Critical)]
    public void There_are_three_statuses(string word, object expected)
    {
        Assert.Null(_parser.ReadChange(Encoding.UTF8.GetBytes(Good.Replace("WARNING", word, StringComparison.Ordinal)), out var change));
        Assert.Equal((AlarmStatus)expected, change.Status);
    }

    [Theory]
    [InlineData("\"AlarmID\":\"a1\",", "", "AlarmID is missing: A change needs UserID, AlarmID, Status and ChangedAt.")]
    [InlineData("\"UserID\":\"u1\",", "", "UserID is missing: A change needs UserID, AlarmID, Status and ChangedAt.")]
    [InlineData("\"Status\":\"WARNING\",", "", "Status is missing: A change needs UserID, AlarmID, Status and ChangedAt.")]
    [InlineData(",\"ChangedAt\":\"2026-01-31T12:00:00.123456789+01:00\"", "", "ChangedAt is missing: A change needs UserID, AlarmID, Status and ChangedAt.")]
    [InlineData("\"UserID\":\"u1\"", "\"UserID\":\"u1\",\"userID\":\"u1\"", "UserID is given twice: Give each field only once; letter case does not matter.")]
    [InlineData("\"AlarmID\":\"a1\"", "\"AlarmID\":\"a1\",\"alarm\\u0049D\":\"a2\"", "AlarmID is given twice: Give each field only once; letter case does not matter.")]
    [InlineData("\"Status\":\"WARNING\"", "\"Status\":\"WARNING\",\"STATUS\":1", "Status is given twice: Give each field only once; letter case does not matter.")]
    [InlineData("\"u1\"", "\"\"", "UserID = '': Must be a text of 1 to 255 bytes of UTF-8.")]
    [InlineData("\"u1\"", "17", "UserID = '17': Must be a text of 1 to 255 bytes of UTF-8.")]
    [InlineData("\"u1\"", "null", "UserID = 'null': Must be a text of 1 to 255 bytes of UTF-8.")]
    [InlineData("\"u1\"", "\"\\ud800\"", "UserID = '\\ud800': Must be a text of 1 to 255 bytes of UTF-8.")]
    [InlineData("\"a1\"", "\"\"", "AlarmID = '': Must be a text of 1 to 255 bytes of UTF-8.")]
    [InlineData("\"a1\"", "{\"a\":1}", "AlarmID = '{…}': Must be a text of 1 to 255 bytes of UTF-8.")]
    [InlineData("\"a1\"", "[]", "AlarmID = '[…]': Must be a text of 1 to 255 bytes of UTF-8.")]
    [InlineData("WARNING", "red", "Status = 'red': Must be CLEARED, WARNING or CRITICAL.")]
    [InlineData("WARNING", "warning", "Status = 'warning': Must be CLEARED, WARNING or CRITICAL.")]
    [InlineData("WARNING", "WARNING ", "Status = 'WARNING ': Must be CLEARED, WARNING or CRITICAL.")]
    [InlineData("WARNING", "", "Status = '': Must be CLEARED, WARNING or CRITICAL.")]
    [InlineData("\"WARNING\"", "1", "Status = '1': Must be CLEARED, WARNING or CRITICAL.")]
    [InlineData("\"WARNING\"", "true", "Status = 'true': Must be CLEARED, WARNING or CRITICAL.")]
    [InlineData("2026-01-31T12:00:00.123456789+01:00", "yesterday", "ChangedAt = 'yesterday': " + ChangedAt.Rule)]
    [InlineData("2026-01-31T12:00:00.123456789+01:00", "2026-01-31T12:00:00.1234567891Z", "ChangedAt = '2026-01-31T12:00:00.1234567891Z': " + ChangedAt.Rule)]
    [InlineData("2026-01-31T12:00:00.123456789+01:00", "2016-12-31T23:59:60Z", "ChangedAt = '2016-12-31T23:59:60Z': " + ChangedAt.Rule)]
    [InlineData("\"2026-01-31T12:00:00.123456789+01:00\"", "1769860800", "ChangedAt = '1769860800': " + ChangedAt.Rule)]
    public void What_breaks_a_rule_is_refused_with_field_value_and_rule(string part, string other, string expected)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);
        Assert.Equal(expected, Refusal(Good.Replace(part, other, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("", "value = '': Not valid JSON at line 1, byte 1.")]
    [InlineData("hello", "value = 'hello': Not valid JSON at line 1, byte 1.")]
    [InlineData("[]", "value = '[]': A message must be one JSON object.")]
    [InlineData("null", "value = 'null': A message must be one JSON object.")]
    [InlineData("{\"UserID\":", "value = '{\"UserID\":': Not valid JSON at line 1, byte 11.")]
    [InlineData("{\"UserID\":\"u\"}{}", "value = '{\"UserID\":\"u\"}{}': Not valid JSON at line 1, byte 15.")]
    public void What_is_no_object_is_refused(string value, string expected)
    {
        Assert.Equal(expected, Refusal(value));
        Assert.Equal(expected, _parser.ReadRequest(Encoding.UTF8.GetBytes(value), out _));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_shown_in_hexadecimal()
    {
        var bytes = Encoding.UTF8.GetBytes(Good);
        bytes[Good.IndexOf("u1", StringComparison.Ordinal)] = 0xFF;
        Assert.Equal("UserID = '0xff31': Must be a text of 1 to 255 bytes of UTF-8.", _parser.ReadChange(bytes, out _));
        Assert.Equal("value = '0x00ff10': Not valid JSON at line 1, byte 1.", _parser.ReadChange([0, 255, 16], out _));
    }

    [Theory]
    [InlineData("u1")]
    [InlineData("a1")]
    public void Ids_have_255_bytes_at_most(string id)
    {
        Assert.Null(Refusal(Good.Replace(id, new string('x', 255), StringComparison.Ordinal)));
        Assert.Null(Refusal(Good.Replace(id, string.Concat(Enumerable.Repeat("\\u0078", 255)), StringComparison.Ordinal)));
        Assert.Contains("Must be a text of 1 to 255 bytes", Refusal(Good.Replace(id, new string('x', 256), StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("Must be a text of 1 to 255 bytes", Refusal(Good.Replace(id, new string('é', 128), StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("Must be a text of 1 to 255 bytes", Refusal(Good.Replace(id, new string('x', 5000), StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"UserID":"u1"}""")]
    [InlineData("""{"userid":"u1","AlarmID":7,"Status":"red","status":1,"more":[]}""")]
    public void A_request_needs_a_user_and_nothing_else(string json)
    {
        Assert.Null(_parser.ReadRequest(Encoding.UTF8.GetBytes(json), out var request));
        Assert.Equal("u1", Encoding.UTF8.GetString(request.User));
    }

    [Theory]
    [InlineData("{}", "UserID is missing: A request for a digest needs UserID.")]
    [InlineData("""{"UserID":""}""", "UserID = '': Must be a text of 1 to 255 bytes of UTF-8.")]
    [InlineData("""{"UserID":"u","USERID":"u"}""", "UserID is given twice: Give each field only once; letter case does not matter.")]
    public void A_request_without_a_user_is_refused(string json, string expected) => Assert.Equal(expected, _parser.ReadRequest(Encoding.UTF8.GetBytes(json), out _));

    private string? Refusal(string json) => _parser.ReadChange(Encoding.UTF8.GetBytes(json), out _);
}
