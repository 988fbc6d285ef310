using System.Text;
using Herald.Alarms.Readers;
using Herald.Engine.Sources;
using Xunit;

namespace Herald.Alarms.Tests.Readers;

public sealed class AlarmReaderTests
{
    private const string Change = """{"alarmId":"a1","userId":"u1","status":"WARNING","changedAt":"2026-01-31T12:00:00Z"}""", Request = """{"UserID":"u1"}""";

    private readonly AlarmReader _reader = new();

    [Theory]
    [InlineData("AlarmStatusChanged", Change, "AlarmStatusChanged")]
    [InlineData("AlarmStatusChanged.x.y", Change, "AlarmStatusChanged")]
    [InlineData("SendAlarmDigest", Request, "SendAlarmDigest")]
    [InlineData("SendAlarmDigest.9", Request, "SendAlarmDigest")]
    public void A_message_is_an_event_of_its_user_by_its_subject(string subject, string json, string type)
    {
        var message = new SourceMessage
        {
            Place = new("nats/main/alarms", 0, 17),
            Key = "AlarmStatusChanged"u8,
            Value = Encoding.UTF8.GetBytes(json),
            TimeMs = 1234,
            Headers = [Header("subject", subject), Header("id", "m-1")],
        };
        Assert.Null(_reader.Read(message, out var draft));
        Assert.Equal(type, Encoding.UTF8.GetString(draft.Type));
        Assert.Equal("u1", Encoding.UTF8.GetString(draft.Key));
        Assert.Equal("m-1", Encoding.UTF8.GetString(draft.Id));
        Assert.Equal(json, Encoding.UTF8.GetString(draft.Payload));
        Assert.Equal("application/json", Encoding.UTF8.GetString(draft.ContentType));
        Assert.True(draft.HasKey && draft.HasId);
        Assert.Equal(1234, draft.TimeMs);
    }

    [Fact]
    public void Without_an_id_it_is_named_by_its_place()
    {
        SourceHeader[] headers = [Header("subject", "SendAlarmDigest"), Header("id", "")];
        Assert.Null(_reader.Read(new SourceMessage { Place = new("nats/main/alarms", 0, 17), Value = Encoding.UTF8.GetBytes(Request), TimeMs = 5, Headers = headers }, out var draft));
        Assert.Equal("nats/main/alarms/0/17@5", Encoding.UTF8.GetString(draft.Id));
    }

    [Theory]
    [InlineData("AlarmStatusChangedX", Change, "subject = 'AlarmStatusChangedX': Must be AlarmStatusChanged or SendAlarmDigest. More parts can follow after a dot.")]
    [InlineData("alarmstatuschanged", Change, "subject = 'alarmstatuschanged': Must be AlarmStatusChanged or SendAlarmDigest. More parts can follow after a dot.")]
    [InlineData("x.SendAlarmDigest", Request, "subject = 'x.SendAlarmDigest': Must be AlarmStatusChanged or SendAlarmDigest. More parts can follow after a dot.")]
    [InlineData("", Request, "subject = '': Must be AlarmStatusChanged or SendAlarmDigest. More parts can follow after a dot.")]
    [InlineData("AlarmStatusChanged", Request, "AlarmID is missing: A change needs UserID, AlarmID, Status and ChangedAt.")]
    [InlineData("SendAlarmDigest", "{}", "UserID is missing: A request for a digest needs UserID.")]
    [InlineData("SendAlarmDigest", "", "value = '': Not valid JSON at line 1, byte 1.")]
    public void What_breaks_a_rule_is_refused(string subject, string json, string expected) =>
        Assert.Equal(expected, _reader.Read(new SourceMessage { Place = default, Value = Encoding.UTF8.GetBytes(json), Headers = [Header("subject", subject)] }, out _));

    [Fact]
    public void A_message_without_a_subject_is_refused() => Assert.Equal(
        "subject is missing: It tells the kind of the message, AlarmStatusChanged or SendAlarmDigest.",
        _reader.Read(new SourceMessage { Place = default, Value = Encoding.UTF8.GetBytes(Request) }, out _));

    [Fact]
    public void A_trace_goes_along_when_it_is_one()
    {
        const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        Assert.Null(_reader.Read(new SourceMessage { Place = default, Value = Encoding.UTF8.GetBytes(Request), Headers = [Header("subject", "SendAlarmDigest"), Header("traceparent", Trace)] }, out var draft));
        Assert.Equal(Trace, Encoding.UTF8.GetString(draft.Trace));
        Assert.Null(_reader.Read(new SourceMessage { Place = default, Value = Encoding.UTF8.GetBytes(Request), Headers = [Header("subject", "SendAlarmDigest"), Header("traceparent", "no")] }, out draft));
        Assert.True(draft.Trace.IsEmpty);
    }

    [Fact]
    public void A_good_message_allocates_nothing()
    {
        var value = Encoding.UTF8.GetBytes(Change);
        SourceHeader[] headers = [Header("subject", "AlarmStatusChanged"), Header("id", "m-1")];
        Read();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Read();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Read()
        {
            if (_reader.Read(new SourceMessage { Place = default, Value = value, Headers = headers }, out _) is { } refusal)
                throw new InvalidOperationException(refusal);
        }
    }

    private static SourceHeader Header(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));
}
