using System.Text.Json;
using Herald.Lab.Benches.Delivery;
using Xunit;

namespace Herald.Lab.Tests.Benches.Delivery;

public sealed class NumberedPayloadTests
{
    private readonly byte[] _payload = new byte[NumberedPayload.Bytes];

    [Fact]
    public void What_is_written_is_read_and_is_JSON()
    {
        NumberedPayload.Write(_payload, 42, 1234567);
        Assert.True(NumberedPayload.TryParse(_payload, out var key, out var number));
        Assert.Equal((42, 1234567), (key, number));
        using var json = JsonDocument.Parse(_payload);
        Assert.Equal(("042", "000001234567"), (json.RootElement.GetProperty("key").GetString(), json.RootElement.GetProperty("number").GetString()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(30)]
    [InlineData(200)]
    [InlineData(255)]
    public void A_damaged_byte_is_noticed(int at)
    {
        NumberedPayload.Write(_payload, 42, 1234567);
        _payload[at] = (byte)'#';
        Assert.False(NumberedPayload.TryParse(_payload, out _, out _));
    }

    [Fact]
    public void So_is_a_missing_one()
    {
        NumberedPayload.Write(_payload, 42, 1234567);
        Assert.False(NumberedPayload.TryParse(_payload.AsSpan(1), out _, out _));
    }
}
