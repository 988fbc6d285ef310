using System.Globalization;
using Herald.Client;
using Herald.Lab.Benches.Delivery;
using Herald.Lab.Benches.Load;
using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Parts;
using Herald.Lab.Benches.Reports;
using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Ingestion;

/// <summary>
/// Two rates and a latency. First, how many Kafka messages per second become durable, beside the same consumer that only reads. Second, how
/// many go from a producer through Kafka and Herald to a receiver that verifies signatures and order, beside the .NET HTTP client in a
/// loop. Third, how long a message takes on this way at a moderate rate. The broker is on the same machine.
/// </summary>
internal sealed class IngestBench : IBench
{
    private const string Backlog = "backlog", Fresh = "fresh";
    private const int MaxInFlight = 256;
    private const double LeastDurable = 60_000, LeastDelivered = 15_000;
    private static readonly (int Skipped, int Messages) Whole = (400_000, 1_000_000), Brief = (0, 2000);

    public string Name => "ingest";
    public string Description => "Kafka messages that become durable, beside the same consumer that only reads; and Kafka to webhook, "
        + "beside a bare HTTP client loop, and its latency at 1,000 messages/s.";

    public string Matters =>
        "Herald's column is important: messages per second that are checked, deduplicated and on disk before their offsets are "
            + "committed; messages per second that reach a webhook, signed and in order per key; and "
                + "the time that one needs for it. The broker "
            + "shares the cores.";

    public async Task<IReadOnlyList<BenchRow>> RunAsync(BenchRig rig, CancellationToken cancel)
    {
        rig.Progress.Show("starting Kafka");
        await using var kafka = await BenchKafka.StartAsync(rig.Time, cancel);
        rig.Note(string.Create(CultureInfo.InvariantCulture,
            $"One broker, 12 partitions; messages have {NumberedPayload.Bytes} bytes, {PublishShape.Keys:N0} keys, and ids in a header. "
                + $"The source has its default settings: batches of up to 500 messages, without a wait."));
        return [await DurableAsync(kafka, rig, cancel), .. await DeliveredAsync(kafka, rig, cancel), .. await KafkaLatency.RunAsync(kafka, rig, cancel)];
    }

    private static async Task<BenchRow> DurableAsync(BenchKafka kafka, BenchRig rig, CancellationToken cancel)
    {
        var (skipped, messages) = rig.Options.IsBrief ? Brief : Whole;
        rig.Progress.Show("filling a topic");
        await kafka.CreateTopicAsync(Backlog);
        using (var publisher = await NumberedKafkaPublisher.StartAsync(kafka, Backlog, rig.Time, cancel))
            await publisher.PublishAsync(messages, cancel);
        rig.Note(string.Create(CultureInfo.InvariantCulture,
            $"To durable: each round reads a topic of {messages:N0} messages with a new consumer group, Herald also with a new process "
                + $"and an empty store. The first {skipped:N0} do not count."));

        var reader = await rig.StartPartAsync(PartCommand.KafkaReaderName, cancel);
        var limit = new MeasuredSide<double>("only reading", [CpuSource.Of(reader), kafka.Cpu], async token =>
        {
            var order = new ReadOrder(kafka.Cluster.Address.Servers, Backlog, kafka.NewGroup(), skipped, messages);
            return (await reader.AskAsync(order.ToLine(), token)).GetProperty(BareReader.RateField).GetDouble();
        }, rig);
        var round = new IngestRound(kafka, Backlog, skipped, messages, rig);
        var herald = new MeasuredSide<double>("herald", [round.Cpu, kafka.Cpu], round.RunAsync, rig);
        await Alternation.RunAsync("reading", rig, cancel, limit, herald);
        await round.JudgeKillAsync(cancel);
        return new(
            "kafka to durable", Unit.EventsPerSecond, limit.Figure(rate => rate, withCpu: true), herald.Figure(rate => rate, withCpu: true),
            [new Target.AtLeast(LeastDurable)]);
    }

    private static async Task<IReadOnlyList<BenchRow>> DeliveredAsync(BenchKafka kafka, BenchRig rig, CancellationToken cancel)
    {
        await kafka.CreateTopicAsync(Fresh);
        var server = await rig.StartServerAsync("webhook", cancel, kafka.Settings(Fresh, PublishShape.Topic, kafka.NewGroup()));
        using var client = new HeraldClient(server.Address, null);
        using var publisher = await NumberedKafkaPublisher.StartAsync(kafka, Fresh, rig.Time, cancel);
        var receiver = await ReceiverPart.StartAsync(1, rig, cancel);
        var sender = await rig.StartPartAsync(PartCommand.BareSenderName, cancel);
        rig.Note(
            $"To webhook: a round lasts from the first message that is produced until the receiver has the last one; at most "
                + $"{MaxInFlight} attempts are in flight. The best other product measured with order per key on such a machine: 10,500 "
                + "/s, without signatures.");

        var limit = new BareContender(sender, receiver, receiver.EndpointOf(1), rig);
        var producer = new CpuSource("producer", () => ProcessTimes.Of(Environment.ProcessId).Own);
        var herald = new DeliveryContender(
            [.. await rig.CpuOfAsync(server), kafka.Cpu, producer], client, receiver, 1, paused: false, rig, publisher);
        await herald.SubscribeAsync(MaxInFlight, cancel);
        var native = NativeContender.Find(receiver, receiver.EndpointOf(1), rig);
        var sides = await Contest.RunAsync(native is null ? [limit, herald] : [limit, native, herald], rig, cancel);
        await limit.JudgeAsync(native, cancel);
        await herald.JudgeAsync(cancel);
        return DeliverBench.Rows("kafka to webhook", sides, new Target.AtLeast(LeastDelivered));
    }
}
