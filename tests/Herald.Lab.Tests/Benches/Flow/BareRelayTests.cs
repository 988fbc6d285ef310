using Herald.Lab.Benches.Flow;
using Herald.Lab.Benches.Parts;
using Herald.Lab.Benches.Traffic;
using Xunit;

namespace Herald.Lab.Tests.Benches.Flow;

public sealed class BareRelayTests
{
    private const int Endpoints = 2;
    private static readonly TrafficOrder.Begin Run = new(1, Keys: 50, HotKeys: 0, Types: 1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_it_takes_comes_to_each_endpoint_in_order_and_to_no_other()
    {
        var receiver = new TrafficReceiver(TimeProvider.System);
        receiver.Begin(Run);
        var (endpoints, address) = await BareServer.StartAsync(receiver, Cancel);
        using var relay = new BareRelay(new Uri(address), TimeProvider.System);
        var (server, entrance) = await BareServer.StartAsync(relay, Cancel);
        using (endpoints)
        using (server)
        {
            relay.SendTo(Endpoints);
            var sent = await new TrafficPublisher(Run, TimeProvider.System).PressAsync(new TrafficOrder.Press([new Uri(entrance)], "topic", 8, TimeSpan.FromMilliseconds(100)));
            Assert.True(sent is { Accepted: > 0, Refused: 0, Broken: 0 });
            for (var began = TimeProvider.System.GetTimestamp(); receiver.Sinks.Take(Endpoints).Any(sink => sink.Look().Received < sent.Accepted);)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, "Not everything arrives.");
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancel);
            }
            Assert.All(receiver.Sinks.Take(Endpoints).Select(sink => sink.Look()), sink => Assert.Equal((sent.Accepted, 0, 0), (sink.Received, sink.Repeated, sink.OutOfOrder)));
            Assert.All(receiver.Sinks.Skip(Endpoints).Select(sink => sink.Look()), sink => Assert.Equal(0, sink.Received));
        }
    }
}
