using System.Text;
using Herald.Lab.Orders;
using Xunit;

namespace Herald.Lab.Tests.Orders;

public sealed class KafkaOrderSinkTests
{
    [Fact]
    public void A_change_is_a_message_with_the_order_as_its_key_and_ids_as_bytes_in_written_order()
    {
        var change = new OrderMessage(
            new("00112233-4455-6677-8899-aabbccddeeff"), new("7d1f2f6e-0b52-4c3a-8a56-55a1d5a0c001"), new("0b8e7a52-93c1-4f0e-b1d5-3f6a0c9d0007"),
            "state3", new(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc), 2);

        var message = KafkaOrderSink.Write(change);

        Assert.Equal("0b8e7a52-93c1-4f0e-b1d5-3f6a0c9d0007", Encoding.ASCII.GetString(message.Key));
        Assert.Equal(change, OrderMessage.TryParse(message.Value));
        Assert.Equal(
            ["id 00112233445566778899aabbccddeeff", "customer_id 7d1f2f6e0b524c3a8a5655a1d5a0c001"],
            message.Headers.Select(header => $"{header.Name} {Convert.ToHexStringLower(header.Value)}"));
    }
}
