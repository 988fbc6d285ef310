using System.Text;
using Herald.Alarms.Messages;
using Herald.Alarms.Users;
using Xunit;

namespace Herald.Alarms.Tests.Messages;

public sealed class DigestWriterTests
{
    [Fact]
    public void A_digest_is_exactly_these_bytes()
    {
        var writer = new DigestWriter(4096);
        writer.Begin("u\"1\\\n\r\t\u0001\u001fé😀/<"u8, [Alarm("a1", AlarmStatus.Critical, "2026-01-31T12:00:00.100+01:00"), Alarm("b", AlarmStatus.Warning, "2026-01-31T12:00:00Z")]);
        Assert.True(writer.IsWhole);
        Assert.Equal(
            [
                "{\"UserID\":\"u\\\"1\\\\\\n\\r\\t\\u0001\\u001fé😀/<\",\"ActiveAlarms\":[{\"AlarmID\":\"a1\",\"Status\":\"CRITICAL\",\"LatestChangedAt\":\"2026-01-31T12:00:00.100+01:00\"},"
                + "{\"AlarmID\":\"b\",\"Status\":\"WARNING\",\"LatestChangedAt\":\"2026-01-31T12:00:00Z\"}]}",
            ],
            Take(writer));
    }

    [Fact]
    public void A_digest_may_be_empty()
    {
        var writer = new DigestWriter(4096);
        writer.Begin("u"u8, []);
        Assert.True(writer.IsWhole);
        Assert.Equal(["""{"UserID":"u","ActiveAlarms":[]}"""], Take(writer));
    }

    [Fact]
    public void One_that_is_too_long_is_several_in_order_each_as_long_as_may_be()
    {
        var alarms = Enumerable.Range(0, 100).Select(i => Alarm($"alarm-{i:000}", AlarmStatus.Warning, "2026-01-31T12:00:00Z")).ToList();
        var writer = new DigestWriter(4096);
        writer.Begin("user"u8, alarms);
        var parts = Take(writer);
        Assert.False(writer.IsWhole);
        Assert.Equal(3, parts.Count);
        Assert.All(parts, part => Assert.InRange(Encoding.UTF8.GetByteCount(part), 30, 4096));
        // One more entry would not have fitted.
        Assert.All(parts.SkipLast(1), part => Assert.True(part.Length + "{\"AlarmID\":\"alarm-000\",\"Status\":\"WARNING\",\"LatestChangedAt\":\"2026-01-31T12:00:00Z\"},".Length > 4096));
        Assert.Equal(
            alarms.Select(alarm => Encoding.UTF8.GetString(alarm.Id.Span)),
            parts.SelectMany(part => System.Text.Json.Nodes.JsonNode.Parse(part)!["ActiveAlarms"]!.AsArray()).Select(entry => entry!["AlarmID"]!.ToString()));
    }

    [Fact]
    public void It_is_split_only_when_it_must_be()
    {
        List<AlarmEntry> alarms = [Alarm("a", AlarmStatus.Warning, "2026-01-31T12:00:00Z"), Alarm("b", AlarmStatus.Warning, "2026-01-31T12:00:00Z")];
        var writer = new DigestWriter(4096);
        writer.Begin("user"u8, alarms);
        var whole = Take(writer).Single();
        foreach (var (room, parts) in new[] { (whole.Length, 1), (whole.Length - 1, 2), (10, 2) })
        {
            writer = new DigestWriter(room);
            writer.Begin("user"u8, alarms);
            Assert.Equal(parts == 1, writer.IsWhole);
            Assert.Equal(parts, Take(writer).Count);
        }
    }

    private static AlarmEntry Alarm(string id, AlarmStatus status, string time) =>
        new() { Id = Encoding.UTF8.GetBytes(id), Status = status, ChangedAt = ChangedAtTests.Parse(time), IsDue = true };

    private static List<string> Take(DigestWriter writer)
    {
        var parts = new List<string>();
        while (writer.TryTake(out var part))
            parts.Add(Encoding.UTF8.GetString(part));
        return parts;
    }
}
