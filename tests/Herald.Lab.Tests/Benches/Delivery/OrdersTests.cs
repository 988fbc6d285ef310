using System.Text.Json;
using Herald.Lab.Benches.Delivery;
using Xunit;

namespace Herald.Lab.Tests.Benches.Delivery;

/// <summary>The parts of a bench exchange orders and answers as lines of text.</summary>
public sealed class OrdersTests
{
    [Fact]
    public void An_order_for_the_loop_is_a_line()
    {
        var order = new BareOrder(new Uri("http://127.0.0.1:9000/1"), "whsec_AAAA", TimeSpan.FromSeconds(1.5), 64);
        Assert.Equal(order, BareOrder.Parse(order.ToLine()));
    }

    [Fact]
    public void So_is_the_state_of_the_receiver()
    {
        var state = new ReceiverState(Herald: 5, Repeated: 1, OutOfOrder: 2, LastAt: 12345, Limit: 7, Refused: 3, LastRefusal: "no signature matches", Damaged: 4);
        using var line = JsonDocument.Parse(state.ToJson().ToJsonString());
        Assert.Equal(state, ReceiverState.Parse(line.RootElement));
        Assert.Equal("2 came after a later one of their key, 4 were damaged, and 3 were refused (no signature matches).", state.Complaint);
        Assert.Null((state with { OutOfOrder = 0, Refused = 0, Damaged = 0 }).Complaint);
    }
}
