using System.Text;
using Herald.Engine.Sources;
using Herald.Notifications.Posts;
using Herald.TestKit.Time;

namespace Herald.Notifications.Tests.Posts;

public sealed class NotificationReaderTests
{
    private readonly NotificationReader _reader = new(Given.Rules, new ManualClock(Given.Now));

    [Fact]
    public void A_message_of_another_program_is_an_event_of_its_uuid()
    {
        var json = $$"""{"uuid":"{{Given.Uuid.ToUpperInvariant()}}","txt":"Hello","destination":2,"server_received_timestamp":1780000000123}""";
        Assert.Null(Read(json, out var draft));
        var payload = $"{{\"uuid\":\"{Given.Uuid}\",\"destination\":\"slack\",\"txt\":\"Hello\"}}";
        Assert.Equal(payload, draft.Payload);
        Assert.Equal($"{Given.Uuid}/{ContentHash.Of(Encoding.UTF8.GetBytes(payload))}", draft.Id);
        Assert.Equal((Given.Uuid, "post", "application/json"), (draft.Key, draft.Type, draft.ContentType));
        Assert.True(draft.HasId && draft.HasKey);
        Assert.Equal(1780000000123, draft.TimeMs);
    }

    [Theory]
    [InlineData("0", "email")]
    [InlineData("2", "slack")]
    [InlineData("\"Email\"", "email")]
    [InlineData("\"SLACK\"", "slack")]
    public void A_destination_is_a_name_or_a_number(string destination, string name)
    {
        Assert.Null(Read($$"""{"uuid":"{{Given.Uuid}}","txt":"Hello","destination":{{destination}},"to":"a@x.org"}""", out var draft));
        Assert.Contains($"\"destination\":\"{name}\"", draft.Payload, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", "destination = 'SMS': This server sends EMAIL, SLACK, PUSH. Set notifications.destinations.sms.")]
    [InlineData("3", "destination = '3': Write EMAIL, SMS, SLACK or PUSH, or 0 for EMAIL, 1 for SMS, 2 for SLACK.")]
    [InlineData("-1", "destination = '-1': Write EMAIL, SMS, SLACK or PUSH, or 0 for EMAIL, 1 for SMS, 2 for SLACK.")]
    [InlineData("1.5", "destination = '1.5': Write EMAIL, SMS, SLACK or PUSH, or 0 for EMAIL, 1 for SMS, 2 for SLACK.")]
    [InlineData("\"0\"", "destination = '0': Write EMAIL, SMS, SLACK or PUSH, or 0 for EMAIL, 1 for SMS, 2 for SLACK.")]
    public void Another_number_is_refused(string destination, string refusal) =>
        Assert.Equal(refusal, Read($$"""{"uuid":"{{Given.Uuid}}","txt":"Hello","destination":{{destination}},"to":"a@x.org"}""", out _));

    [Theory]
    [InlineData("\"2026-06-01T14:00:00.25+02:00\"", 1780315200250)]
    [InlineData("0", 0)]
    [InlineData("null", 77)]
    public void The_time_of_receipt_is_the_time_of_the_event(string received, long expected)
    {
        Assert.Null(Read($$"""{"uuid":"{{Given.Uuid}}","txt":"Hello","destination":2,"server_received_timestamp":{{received}}}""",
            out var draft));
        Assert.Equal(expected, draft.TimeMs);
    }

    [Theory]
    [InlineData("\"today\"")]
    [InlineData("1.5")]
    [InlineData("9000000000000000")]
    public void A_time_of_receipt_that_is_none_is_refused(string received) => Assert.StartsWith(
        "server_received_timestamp = '",
        Read($$"""{"uuid":"{{Given.Uuid}}","txt":"Hello","destination":2,"server_received_timestamp":{{received}}}""", out _),
        StringComparison.Ordinal);

    [Fact]
    public void Other_content_has_another_id_and_a_repeat_the_same()
    {
        Assert.Null(Read($$"""{"uuid":"{{Given.Uuid}}","txt":"Hello","destination":2}""", out var draft));
        var (first, key) = (draft.Id, draft.Key);
        Assert.Null(Read($$"""{"destination":"slack","server_received_timestamp":5,"text":"Hello","uuid":"{{Given.Uuid}}"}""", out draft));
        Assert.Equal(first, draft.Id);
        Assert.Null(Read($$"""{"uuid":"{{Given.Uuid}}","txt":"Hallo","destination":2}""", out draft));
        Assert.NotEqual(first, draft.Id);
        Assert.Equal(key, draft.Key);
    }

    [Fact]
    public void What_has_expired_meanwhile_is_taken() =>
        Assert.Null(Read($$"""{"uuid":"{{Given.Uuid}}","txt":"Hello","destination":2,"expires":"2026-06-01T11:00:00Z"}""", out _));

    [Fact]
    public void What_breaks_rules_is_refused_with_all_of_them()
    {
        Assert.Equal(
            "uuid = 'x': A uuid is 32 hexadecimal digits and four hyphens, like 6fa459ea-ee8a-3ca4-894e-db77e160355e. "
                + "data.a = '1': Write a JSON string.",
            Read("""{"uuid":"x","txt":"Hello","destination":2,"data":{"a":1}}""", out _));
        Assert.StartsWith("value = '': Not valid JSON at line 1, byte 1", Read("", out _), StringComparison.Ordinal);
        Assert.StartsWith(
            "value = null: ", _reader.Read(new SourceMessage { Place = default, IsTombstone = true }, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_larger_than_an_event_is_refused()
    {
        var most = Given.Rules.MostBytes - $"{{\"uuid\":\"{Given.Uuid}\",\"destination\":\"slack\",\"txt\":\"\"}}".Length;
        Assert.Null(Read($$"""{"uuid":"{{Given.Uuid}}","txt":"{{new string('x', most)}}","destination":2}""", out var draft));
        Assert.Equal(Given.Rules.MostBytes, draft.Payload.Length);
        Assert.Equal(
            "value = '1,040,385 bytes': A notification has at most 1,040,384 bytes (intake.maxPayloadBytes).",
            Read($$"""{"uuid":"{{Given.Uuid}}","txt":"{{new string('x', most + 1)}}","destination":2}""", out _));
    }

    private string? Read(string json, out Came came)
    {
        var message = new SourceMessage { Place = default, Value = Encoding.UTF8.GetBytes(json), TimeMs = 77 };
        var refusal = _reader.Read(message, out var draft);
        came = new(
            Text(draft.Id), draft.HasId, Text(draft.Key), draft.HasKey, Text(draft.Type), Text(draft.ContentType), Text(draft.Payload),
            draft.TimeMs);
        return refusal;
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    private sealed record Came(
        string Id, bool HasId, string Key, bool HasKey, string Type, string ContentType, string Payload, long? TimeMs);
}
