using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Herald.Lab.Benches.Parts;

namespace Herald.Lab.Benches.Traffic;

/// <summary>Publisher and receiver in one process, so that both use the same clock and the same counts.</summary>
internal sealed class TrafficPart(TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TrafficReceiver _receiver = new(time);
    private TrafficOrder.Begin _run = new(0, 1, 0, 1);

    public async Task RunAsync(TextWriter output, CancellationToken cancel)
    {
        var (server, address) = await BareServer.StartAsync(_receiver, cancel);
        using (server)
            await PartLoop.RunAsync(address, DoAsync, output, cancel);
    }

    private async Task<JsonObject> DoAsync(string line)
    {
        switch (JsonSerializer.Deserialize(line, TrafficJson.Default.TrafficOrder))
        {
            case TrafficOrder.Begin run:
                _receiver.Begin(_run = run);
                return [];
            case TrafficOrder.Behave behave:
                _receiver.Sinks[behave.Sink].Conduct = behave.Conduct;
                return [];
            case TrafficOrder.Mark:
                foreach (var sink in _receiver.Sinks)
                    sink.Mark();
                return [];
            case TrafficOrder.Arrive arrive:
                return Json(await new TrafficPublisher(_run, time).ArriveAsync(arrive), TrafficJson.Default.SentTotals);
            case TrafficOrder.Press press:
                return Json(await new TrafficPublisher(_run, time).PressAsync(press), TrafficJson.Default.SentTotals);
            case TrafficOrder.Drain drain:
                return Json(await DrainAsync(drain), TrafficJson.Default.DrainedTotals);
            default:
                throw new InvalidOperationException($"Not an order: {line}");
        }
    }

    private async Task<DrainedTotals> DrainAsync(TrafficOrder.Drain order)
    {
        var (seen, since) = (-1L, time.GetTimestamp());
        while (true)
        {
            var totals = order.Sinks.Select(sink => _receiver.Sinks[sink].Look()).ToList();
            if (totals.All(sink => (order.WithHotKeys ? sink.Received : sink.ReceivedOthers) >= order.Expected))
                return _receiver.Look();
            var received = totals.Sum(sink => sink.Received);
            if (received != seen)
                (seen, since) = (received, time.GetTimestamp());
            else if (time.GetElapsedTime(since) > Patience)
                return _receiver.Look();
            await Task.Delay(LookEvery, time);
        }
    }

    private static JsonObject Json<T>(T totals, JsonTypeInfo<T> type) => JsonSerializer.SerializeToNode(totals, type)!.AsObject();
}
