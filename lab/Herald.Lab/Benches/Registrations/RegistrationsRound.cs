using System.Text.Json.Nodes;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Registrations;

/// <summary>Rounds on one server that holds all events. Each round registers some customers and deletes them again.</summary>
internal sealed class RegistrationsRound(BenchRig rig, MeasuredHerald herald, TrafficClient traffic, RegistrationsSize size, int sink)
{
    private const string Past = "past", Head = "head";
    private int _past;
    private int _rounds;

    public async Task PrepareAsync(CancellationToken cancel)
    {
        await herald.CreateTopicAsync(Past, cancel);
        await herald.CreateTopicAsync(Head, cancel);
        await MeasuredHerald.ManyAsync(size.Webhooks, (i, token) => SubscribeAsync($"{Head}-{i}", Head, i, token), cancel);
        _past = await traffic.BeginAsync(size.Customers, cancel);
        rig.Progress.Show("creating the events");
        await herald.PublishAsync(Past, new Backlog(_past, size.Events, size.Customers, Types: size.Customers), cancel);
        await herald.JudgeAsync(size.Events, cancel);
    }

    /// <summary>All customers are registered before the events are published.</summary>
    public async Task<TimeSpan> AtTheHeadAsync(CancellationToken cancel)
    {
        var run = await traffic.BeginAsync(size.Webhooks, cancel);
        var began = rig.Time.GetTimestamp();
        await herald.PublishAsync(Head, new Backlog(run, size.Deliveries, size.Webhooks, Types: size.Webhooks), cancel);
        return await UntilAllAsync(began, cancel);
    }

    /// <summary>Each round uses other customers, so the events read for them were not read just before.</summary>
    public async Task<TimeSpan> LateAsync(CancellationToken cancel)
    {
        var step = size.Customers / size.Webhooks;
        var first = _rounds++ % step;
        await traffic.BeginAgainAsync(_past, size.Customers, cancel);
        var began = rig.Time.GetTimestamp();
        await MeasuredHerald.ManyAsync(
            size.Webhooks, (i, token) => SubscribeAsync(NameOf(i), Past, first + (i * step), token, ("from", "earliest")), cancel);
        rig.Progress.Show($"all customers are registered after {rig.Time.GetElapsedTime(began).TotalSeconds:0.0} s");
        var took = await UntilAllAsync(began, cancel);
        await MeasuredHerald.ManyAsync(size.Webhooks, (i, token) => herald.DeleteAsync(NameOf(i), token), cancel);
        return took;

        string NameOf(int i) => $"{Past}-{_rounds}-{i}";
    }

    private Task SubscribeAsync(string id, string topic, int customer, CancellationToken cancel, params (string Field, JsonNode Value)[] more) => herald.SubscribeAsync(
        id, topic, traffic.EndpointOf(sink), cancel,
        [("filter", new JsonObject { ["type"] = new JsonArray(TrafficEvent.TypeName(customer)) }), .. more]);

    private async Task<TimeSpan> UntilAllAsync(long began, CancellationToken cancel)
    {
        var received = (await traffic.DrainAsync([sink], size.Deliveries, cancel)).Sinks[sink];
        return rig.Time.GetElapsedTime(began, received.LastAt);
    }
}
