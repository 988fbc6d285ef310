using System.Globalization;
using System.Text;
using Herald.Kafka.Producers;
using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;
using Herald.Lab.Ledgers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Lab.Benches.Ingestion;

/// <summary>
/// The time from the scheduled moment of a Kafka message until its webhook is received, beside the time until the broker has acknowledged
/// such a message.
/// </summary>
internal sealed class KafkaLatency(BenchKafka kafka, TrafficClient traffic, BenchRig rig)
{
    private const string Read = "scheduled", Unread = "acknowledged", Topic = "latency";
    private const int Rate = 1000, Keys = 1000, Sink = 0;
    private const double MostP50Ms = 5, MostP99Ms = 20;
    private static readonly TimeSpan BriefRound = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1), WarmUp = TimeSpan.FromSeconds(10);

    public static async Task<IReadOnlyList<BenchRow>> RunAsync(BenchKafka kafka, BenchRig rig, CancellationToken cancel)
    {
        await kafka.CreateTopicAsync(Read);
        await kafka.CreateTopicAsync(Unread);
        var server = await rig.StartServerAsync("latency", cancel, kafka.Settings(Read, Topic, kafka.NewGroup()));
        using var herald = MeasuredHerald.Of(server, rig);
        var traffic = await TrafficClient.StartAsync(rig, cancel);
        await herald.SubscribeAsync("receiver", Topic, traffic.EndpointOf(Sink), cancel);
        rig.Note(
            $"Latency: {Rate:N0} messages/s over {Keys:N0} keys by schedule, one at a time; a latency counts from the scheduled time. The "
                + "producer waits up to 2 ms for others (linger.ms), for the limit too, which is the acknowledgement of the broker.");
        var latency = new KafkaLatency(kafka, traffic, rig);
        var producer = new CpuSource("producer", () => ProcessTimes.Of(Environment.ProcessId).Own);
        var limit = new MeasuredSide<Latencies>(
            "acknowledged", [kafka.Cpu, producer], async token => (await latency.PublishAsync(Unread, token)).Acknowledged, rig);
        var through = new MeasuredSide<Latencies>("herald", [herald.Cpu, kafka.Cpu, producer], latency.MeasureAsync, rig);
        await Alternation.RunAsync("latency", rig, cancel, limit, through);
        return
        [
            Row("p50", one => one.P50, [new Target.AtMost(MostP50Ms)]),
            Row("p95", one => one.P95, []),
            Row("p99", one => one.P99, [new Target.AtMost(MostP99Ms)]),
        ];

        BenchRow Row(string name, Func<Latencies, double> figure, IReadOnlyList<Target> targets) => new(
            string.Create(CultureInfo.InvariantCulture, $"kafka to webhook, {Rate:N0}/s, {name}"),
            Unit.Milliseconds, limit.Figure(figure), through.Figure(figure), targets);
    }

    private async Task<Latencies> MeasureAsync(CancellationToken cancel)
    {
        var (sent, _) = await PublishAsync(Read, cancel);
        return (await traffic.DrainAsync([Sink], sent, cancel)).Latencies;
    }

    /// <summary>An open loop: each message has a scheduled time, whether or not those before it are acknowledged.</summary>
    private async Task<(long Sent, Latencies Acknowledged)> PublishAsync(string topic, CancellationToken cancel)
    {
        using var sender = new BatchSender(kafka.Cluster, topic, Patience, rig.Time, NullLoggerFactory.Instance);
        if (await sender.WarmUpAsync(WarmUp, cancel) is { } problem)
            throw new BenchException(problem);
        var arrivals = new Arrivals(new(await traffic.BeginAsync(Keys, cancel), Keys, 0, 1));
        var count = (int)(Rate * (rig.Options.IsBrief ? BriefRound : rig.Options.Round).TotalSeconds);
        var acknowledged = new Task<TimeSpan>[count];
        await Task.Factory.StartNew(
            () => Schedule(arrivals, one => SendAsync(sender, one, cancel), acknowledged), cancel, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        var histogram = new LatencyHistogram();
        foreach (var one in acknowledged)
            histogram.Record(await one);
        return (count, Latencies.Of(histogram));
    }

    private void Schedule(Arrivals arrivals, Func<TrafficEvent, Task<TimeSpan>> send, Task<TimeSpan>[] acknowledged)
    {
        var began = rig.Time.GetTimestamp();
        for (var i = 0; i < acknowledged.Length; i++)
        {
            var due = began + (i * rig.Time.TimestampFrequency / Rate);
            for (var now = rig.Time.GetTimestamp(); now < due; now = rig.Time.GetTimestamp())
                PreciseWait.For(rig.Time.GetElapsedTime(now, due));
            acknowledged[i] = send(arrivals.Next(due));
        }
    }

    private async Task<TimeSpan> SendAsync(BatchSender sender, TrafficEvent one, CancellationToken cancel)
    {
        var payload = new byte[TrafficEvent.PayloadBytes];
        one.WritePayload(payload);
        var key = string.Create(CultureInfo.InvariantCulture, $"{one.Key:000000}");
        var id = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{one.Run}-{key}-{one.Number}"));
        var sent = await sender.SendAsync([new(Encoding.ASCII.GetBytes(key), payload, [("id", id)])], cancel);
        return sent.Problem is { } problem
            ? throw new BenchException($"Kafka did not accept a message: {problem}")
            : rig.Time.GetElapsedTime(one.Due);
    }
}
