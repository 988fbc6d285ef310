using System.Text;
using System.Text.Json;
using Herald.Lab.Benches.Traffic;
using Xunit;

namespace Herald.Lab.Tests.Benches.Traffic;

public sealed class TrafficEventTests
{
    private static readonly TrafficEvent One = new(12, 345_678, 9_000_000_001, 123_456_789_012_345);

    [Fact]
    public void A_payload_is_read_as_it_was_written_and_is_JSON()
    {
        var payload = new byte[TrafficEvent.PayloadBytes];
        One.WritePayload(payload);
        Assert.Equal(One, TrafficEvent.Parse(payload));
        using var json = JsonDocument.Parse(payload);
        Assert.Equal("345678", json.RootElement.GetProperty("key").GetString());
    }

    [Fact]
    public void An_envelope_is_one_line_of_JSON_with_the_payload_in_it()
    {
        var envelope = new byte[TrafficEvent.EnvelopeBytes];
        One.WriteEnvelope(envelope, types: 1000);
        Assert.Equal('\n', (char)envelope[^1]);
        using var json = JsonDocument.Parse(envelope);
        Assert.Equal(
            ("0012-345678-9000000001", "345678", TrafficEvent.TypeName(678)),
            (json.RootElement.GetProperty("id").GetString(), json.RootElement.GetProperty("key").GetString(), json.RootElement.GetProperty("type").GetString()));
        Assert.Equal(One, TrafficEvent.Parse(Encoding.ASCII.GetBytes(json.RootElement.GetProperty("payload").GetRawText())));
        var payload = TrafficEvent.PayloadOf(new(envelope));
        Assert.Equal((One, 345_678), (TrafficEvent.Parse(payload), TrafficEvent.KeyOf(payload)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(50)]
    [InlineData(255)]
    public void A_damaged_byte_is_noticed(int at)
    {
        var payload = new byte[TrafficEvent.PayloadBytes];
        One.WritePayload(payload);
        payload[at] = (byte)'#';
        Assert.Throws<FormatException>(() => TrafficEvent.Parse(payload));
    }
}
