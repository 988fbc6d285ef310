using Herald.Nats.JetStream;

namespace Herald.Nats.Tests.JetStream;

public sealed class DeliveryPlaceTests
{
    [Theory]
    [InlineData("$JS.ACK.orders.herald.2.7.9.1700000000123456789.4")]
    [InlineData("$JS.ACK.domain.account.orders.herald.2.7.9.1700000000123456789.4")]
    [InlineData("$JS.ACK._.account.orders.herald.2.7.9.1700000000123456789.4.random")]
    public void A_place_is_read(string subject)
    {
        Assert.True(DeliveryPlace.TryParse(subject, out var place));
        Assert.Equal(new DeliveryPlace(2, 7, 9, 1700000000123456789, 4), place);
        Assert.Equal(1700000000123, place.TimeMs);
    }

    [Theory]
    [InlineData("")]
    [InlineData("_INBOX.1")]
    [InlineData("$JS.ACK.orders.herald.2.7.9.1700000000123456789")]
    [InlineData("$JS.ACK.orders.herald.2.7.x.1700000000123456789.4")]
    [InlineData("$JS.ACK.orders.herald.2.7.9.1700000000123456789.4.5")]
    [InlineData("$JS.ACK.1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17")]
    public void What_is_none_is_not_read(string subject) => Assert.False(DeliveryPlace.TryParse(subject, out _));
}
