using System.Net;
using System.Net.Sockets;
using Herald.Lab.Benches.Parts;
using Herald.Lab.Benches.Traffic;
using Xunit;

namespace Herald.Lab.Tests.Benches.Traffic;

public sealed class TrafficPublisherTests
{
    private static readonly TrafficOrder.Begin Run = new(1, Keys: 100, HotKeys: 3, Types: 1);
    private readonly TrafficReceiver _receiver = new(TimeProvider.System);
    private readonly TrafficPublisher _publisher = new(Run, TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_that_is_due_is_sent_and_received_in_order()
    {
        var (server, address) = await BareServer.StartAsync(_receiver, Cancel);
        using (server)
        {
            _receiver.Begin(Run);
            var sent = await _publisher.ArriveAsync(new TrafficOrder.Arrive([new($"{address}/1")], null, 5000, TimeSpan.FromSeconds(0.1)));
            Assert.Equal((500, 100, 0, 0), (sent.Accepted, sent.AcceptedHot, sent.Refused, sent.Broken));
            var sink = _receiver.Look().Sinks[1];
            Assert.Equal((500, 100, 0, 0), (sink.Received, sink.ReceivedHot, sink.Repeated, sink.OutOfOrder));
        }
    }

    [Fact]
    public async Task Several_addresses_get_keys_in_turn()
    {
        var (server, address) = await BareServer.StartAsync(_receiver, Cancel);
        using (server)
        {
            _receiver.Begin(Run);
            Uri[] targets = [new($"{address}/0"), new($"{address}/1"), new($"{address}/2")];
            var sent = await _publisher.ArriveAsync(new TrafficOrder.Arrive(targets, null, 5000, TimeSpan.FromSeconds(0.1)));
            var sinks = _receiver.Look().Sinks.Take(targets.Length).ToList();
            Assert.Equal((500, 500), (sent.Accepted, sinks.Sum(sink => sink.Received)));
            // Every sink got its numbers in order, so no key went to two sinks.
            Assert.All(sinks, sink => Assert.Equal((0, 0), (sink.Repeated, sink.OutOfOrder)));
            Assert.All(sinks, sink => Assert.InRange(sink.Received, 150, 185));
        }
    }

    [Fact]
    public async Task Refusals_are_counted()
    {
        var (server, address) = await BareServer.StartAsync(_receiver, Cancel);
        using (server)
        {
            _receiver.Begin(Run);
            _receiver.Sinks[0].Conduct = SinkConduct.Refuse;
            var sent = await _publisher.ArriveAsync(new TrafficOrder.Arrive([new($"{address}/0")], null, 1000, TimeSpan.FromSeconds(0.01)));
            Assert.Equal((0, 10, 0), (sent.Accepted, sent.Refused, sent.Broken));
        }
    }

    [Fact]
    public async Task What_nobody_answers_is_broken()
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(1000);
        var closing = CloseAllAsync(listening);
        var sent = await _publisher.PressAsync(new TrafficOrder.Press([new Uri($"http://{listening.LocalEndPoint}/")], "topic", 4, TimeSpan.FromSeconds(30)));
        Assert.Equal((0, 0, 4), (sent.Accepted, sent.Refused, sent.Broken));
        listening.Dispose();
        await closing;
    }

    private static async Task CloseAllAsync(Socket listening)
    {
        try
        {
            while (true)
                (await listening.AcceptAsync(Cancel)).Dispose();
        }
        catch (SocketException) { }
        catch (ObjectDisposedException) { }
    }
}
