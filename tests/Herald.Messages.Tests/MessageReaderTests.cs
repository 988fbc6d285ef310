using System.Text;
using System.Text.Json;
using Herald.Engine.Channels;
using Herald.Messages.Reading;

namespace Herald.Messages.Tests;

public sealed class MessageReaderTests
{
    private const string Uuid = "6fa459ea-ee8a-3ca4-894e-db77e160355e";

    [Fact]
    public void A_message_has_all_that_its_payload_says()
    {
        var message = Read($$$"""
            {"uuid": "{{{Uuid}}}", "destination": "Email", "to": "ann@example.com", "subject": "Größe", "text": "a\r\nb",
             "html": "<b>a</b>", "data": {"order": "7", "empty": ""}, "category": "invoices", "priority": "high",
             "expires": "2030-01-31T08:30:00.5+01:00",
             "unsubscribe": "https://example.com/end?who=ann", "other": [1, {"text": "not this"}]}
            """);

        Assert.Equal((Uuid, Destination.Email), (message.Id, message.Destination));
        Assert.Equal(("ann@example.com", "Größe"), (message.To, message.Subject));
        Assert.Equal(("a\r\nb", "<b>a</b>", "invoices"), (message.Text, message.Html, message.Category));
        Assert.Equal(MessagePriority.High, message.Priority);
        Assert.Equal(new(2030, 1, 31, 7, 30, 0, 500, TimeSpan.Zero), message.Expires);
        Assert.Equal("https://example.com/end?who=ann", message.Unsubscribe!.AbsoluteUri);
        Assert.Equal(["empty", "order"], message.Data.Keys.Order());
        Assert.Equal("7", message.Data["order"]);
    }

    [Fact]
    public void The_short_form_and_a_string_are_messages_too()
    {
        var brief = Read($$"""{"uuid": "{{Uuid.ToUpperInvariant()}}", "txt": "hello", "destination": 1, "server_received_timestamp": 5}""");
        Assert.Equal((Uuid, "hello", Destination.Sms), (brief.Id, brief.Text, brief.Destination));
        Assert.Equal((null, MessagePriority.Normal, 0), (brief.To, brief.Priority, brief.Data.Count));

        var text = Read("  \"one\\u000atwo\"  ");
        Assert.Equal(("msg_1", "one\ntwo"), (text.Id, text.Text));
    }

    [Fact]
    public void A_recipient_that_is_an_object_is_kept_as_JSON()
    {
        var to = Read("""{"text": "a", "to": {"endpoint": "https://push.example.com/1", "keys": {"auth": "x"}}}""").To!;
        Assert.Equal("https://push.example.com/1", JsonDocument.Parse(to).RootElement.GetProperty("endpoint").GetString());
    }

    [Fact]
    public void Null_is_the_same_as_a_field_that_is_not_there() =>
        Assert.Null(Read("""{"text": "a", "to": null, "html": null, "data": null, "expires": null}""").Html);

    [Theory]
    [InlineData("""{"text": 5}""", "/text", "5", "Write a JSON string")]
    [InlineData("""{"text": "  "}""", "/text", "  ", "has a text")]
    [InlineData("""{}""", "/text", "missing", "has a text")]
    [InlineData("""{"text": "a", "txt": "b"}""", "/txt", "b", "there twice")]
    [InlineData("""{"text": "a", "to": ["x"]}""", "/to", "[…]", "Write a JSON string")]
    [InlineData("""{"text": "a", "subject": "x\r\nBcc: eve@example.com"}""", "/subject", "x  Bcc: eve@example.com", "one line")]
    [InlineData("""{"text": "a", "subject": "x\u2028y"}""", "/subject", "x y", "one line")]
    [InlineData("""{"text": "a", "to": "a\u0000b"}""", "/to", "a b", "one line")]
    [InlineData("""{"text": "\ud800"}""", "/text", "\\ud800", "not valid Unicode")]
    [InlineData("""{"text": "a", "uuid": "7"}""", "/uuid", "7", "UUID like")]
    [InlineData("""{"text": "a", "destination": "FAX"}""", "/destination", "FAX", "EMAIL, SMS, SLACK or PUSH")]
    [InlineData("""{"text": "a", "destination": 4}""", "/destination", "4", "from 0 to 3")]
    [InlineData("""{"text": "a", "priority": "urgent"}""", "/priority", "urgent", "low, normal or high")]
    [InlineData("""{"text": "a", "expires": "tomorrow"}""", "/expires", "tomorrow", "2026-01-31T08:30:00Z")]
    [InlineData("""{"text": "a", "unsubscribe": "http://example.com"}""", "/unsubscribe", "http://example.com", "https or a mailto")]
    [InlineData("""{"text": "a", "data": ["x"]}""", "/data", "[…]", "values are strings")]
    [InlineData("""{"text": "a", "data": {"x": 1}}""", "/data/x", "1", "Write a JSON string")]
    [InlineData("""{"text": "a", "data": {"x y": "1"}}""", "/data", "x y", "letters, digits")]
    [InlineData("""{"text": "a", "data": {"x": "1", "x": "2"}}""", "/data/x", "2", "there twice")]
    [InlineData("[1]", "", "[…]", "no message")]
    [InlineData("null", "", "null", "no message")]
    [InlineData("not JSON", "", "not JSON", "not JSON")]
    [InlineData("", "", "", "not JSON")]
    [InlineData("""{"text": "a"} {""", "", """{"text": "a"} {""", "not JSON")]
    public void What_is_no_message_is_refused_with_field_value_and_rule(string payload, string field, string value, string rule)
    {
        var problem = MessageReader.Read(Encoding.UTF8.GetBytes(payload), "msg_1").Problem!;
        Assert.Equal((field, value), (problem.Pointer, problem.Value));
        Assert.Contains(rule, problem.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_is_a_permanent_result_in_one_line_that_names_the_field()
    {
        var result = MessageReader.Read("""{"text": "a", "data": {"x": 1}}"""u8, "msg_1").ToResult();
        Assert.Equal((AttemptOutcome.Rejected, AttemptStage.Guard, false), (result.Outcome, result.Stage, result.EndpointTroubled));
        Assert.Equal("data.x '1': Write a JSON string.", result.Reason);
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_refused()
    {
        var problem = MessageReader.Read([.. "{\"text\": \"a"u8, 0xFF, .. "\"}"u8], "msg_1").Problem!;
        Assert.Equal(("/text", "0x61ff"), (problem.Pointer, problem.Value));
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_refused_in_an_object_too()
    {
        var problem = MessageReader.Read([.. "{\"text\": \"a\", \"to\": {\"x\": \""u8, 0xFF, .. "\"}}"u8], "msg_1").Problem!;
        Assert.Equal(("/to", "0x7b2278223a2022ff227d"), (problem.Pointer, problem.Value));
        Assert.Contains("not valid Unicode", problem.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipient_that_is_an_object_has_a_bound_in_bytes()
    {
        string With(int length) => $$$"""{"text": "a", "to": {"x": "{{{new string('ä', length / 2)}}}"}}""";
        Assert.True(MessageReader.Read(Encoding.UTF8.GetBytes(With(8192 - 9)), "m").IsMessage);
        var problem = MessageReader.Read(Encoding.UTF8.GetBytes(With(8192)), "m").Problem!;
        Assert.Equal(("/to", "At most 8,192 bytes."), (problem.Pointer, problem.Rule));
    }

    /// <summary>It becomes a header, which is ASCII.</summary>
    [Theory]
    [InlineData("https://exämple.com/ende?x=ä", "https://xn--exmple-cua.com/ende?x=%C3%A4")]
    [InlineData("https://exämple.com:8443/exämple.com", "https://xn--exmple-cua.com:8443/ex%C3%A4mple.com")]
    [InlineData("mailto:end@exämple.com?subject=ä", "mailto:end@xn--exmple-cua.com?subject=%C3%A4")]
    [InlineData("https://example.com/end", "https://example.com/end")]
    public void An_address_of_unsubscribe_is_written_in_ASCII(string text, string written)
    {
        var message = Read($$"""{"text": "a", "unsubscribe": "{{text}}"}""");
        Assert.Equal(written, message.Unsubscribe!.AbsoluteUri);
    }

    [Theory]
    [InlineData("text", 1 << 20)]
    [InlineData("html", 1 << 20)]
    [InlineData("subject", 1000)]
    [InlineData("to", 8192)]
    [InlineData("category", 128)]
    public void A_field_has_a_bound_in_bytes(string field, int most)
    {
        string With(int length) => $$"""{"txt": "x", "{{field}}": "{{new string('a', length)}}"}""".Replace(
            field == "text" ? "\"txt\": \"x\", " : "\0", "", StringComparison.Ordinal);

        Assert.True(MessageReader.Read(Encoding.UTF8.GetBytes(With(most)), "m").IsMessage);
        var problem = MessageReader.Read(Encoding.UTF8.GetBytes(With(most + 1)), "m").Problem!;
        Assert.Equal($"/{field}", problem.Pointer);
        Assert.Contains($"{most:N0} bytes", problem.Rule, StringComparison.Ordinal);
        // A character can have several bytes.
        var wide = MessageReader.Read(Encoding.UTF8.GetBytes(With(most - 1).Replace("aaa", "€€€", StringComparison.Ordinal)), "m");
        Assert.Equal($"/{field}", wide.Problem?.Pointer);
    }

    [Fact]
    public void Escapes_do_not_count_against_the_bound_of_a_text()
    {
        var escaped = string.Concat(Enumerable.Repeat("\\u0041", 1 << 19));
        Assert.Equal(1 << 19, Read($$"""{"text": "{{escaped}}"}""").Text.Length);
    }

    [Fact]
    public void A_message_has_at_most_100_values_and_4_MiB()
    {
        string Values(int count) => string.Join(", ", Enumerable.Range(0, count).Select(n => $"\"v{n}\": \"\""));
        Assert.Equal(100, Read($$$"""{"text": "a", "data": {{{{Values(100)}}}}}""").Data.Count);
        var tooMany = Encoding.UTF8.GetBytes($$$"""{"text": "a", "data": {{{{Values(101)}}}}}""");
        Assert.Equal("/data", MessageReader.Read(tooMany, "m").Problem!.Pointer);
        Assert.Contains("4,194,304", MessageReader.Read(new byte[(4 << 20) + 1], "m").Problem!.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_JSON_is_refused_and_stops_nothing()
    {
        var deep = Encoding.UTF8.GetBytes("{\"other\": " + new string('[', 1_000_000) + "}");
        Assert.Contains("not JSON", MessageReader.Read(deep, "m").Problem!.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_comes_through_unchanged()
    {
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            var text = "x" + HostileText.Draw(random, 200);
            var subject = new string([.. HostileText.Draw(random, 50).Where(c => !char.IsControl(c) && c is not ('\u2028' or '\u2029'))]);
            var payload = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["text"] = text, ["subject"] = subject });
            var message = MessageReader.Read(payload, "m").Message!;
            Assert.Equal((text, subject), (message.Text, message.Subject));
        }
    }

    private static Message Read(string payload)
    {
        var reading = MessageReader.Read(Encoding.UTF8.GetBytes(payload), "msg_1");
        Assert.True(reading.IsMessage, reading.Problem?.ToString());
        return reading.Message;
    }
}
