using Herald.Client;
using Herald.Lab.Receivers;
using Herald.Soak.Figures;
using Herald.Soak.Worlds;
using Herald.TestKit.Traces;

namespace Herald.Soak.Traffic;

/// <summary>The traffic through Herald: loads over HTTP, Kafka and NATS, and receivers that are well, slow or unreliable.</summary>
internal sealed class SoakTraffic : IAsyncDisposable
{
    private const int Publishers = 3, Keys = 100;

    // Each broker gets a sixth of the load, if it is there. The rest is published over HTTP.
    private const int PartOfBroker = 6;
    private const string Unreliable = "unreliable";
    private static readonly TimeSpan Whole = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly List<IEntrance> _entrances = [];
    private readonly List<SoakReceiver> _receivers = [];
    private readonly List<Load> _loads = [];

    private SoakTraffic(TimeProvider time) => _time = time;

    public IReadOnlyList<SoakReceiver> Receivers => _receivers;
    public IReadOnlyList<Load> Loads => _loads;

    /// <summary>The receiver that can go down.</summary>
    public SoakReceiver Unwell => _receivers.Find(receiver => receiver.Name == Unreliable)!;

    /// <summary>At the receivers that are well, no event has waited longer than a moment, and publishing is not delayed either.</summary>
    public bool IsWhole => LongestWait < Whole && _loads.TrueForAll(load => load.Waits < Whole);

    /// <summary>The longest wait of an accepted event, at the receivers that are well.</summary>
    public TimeSpan LongestWait => _receivers.Where(receiver => receiver.IsWell).Min(receiver => receiver.Awaited.OldestAt) is { } oldest
        ? _time.GetElapsedTime(oldest) : TimeSpan.Zero;

    public static async Task<SoakTraffic> StartAsync(
        SoakWorld world, NodeClients clients, SoakOptions options, WaitBook waits, TraceRecorder trace, TimeProvider time,
        CancellationToken cancel)
    {
        var traffic = new SoakTraffic(time);
        try
        {
            await traffic.SubscribeAsync(world, clients, options, waits, trace, cancel);
            traffic.MakeLoads(world, clients, options, trace);
            return traffic;
        }
        catch
        {
            await traffic.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var entrance in _entrances)
            await entrance.DisposeAsync();
        foreach (var receiver in _receivers)
            await receiver.DisposeAsync();
    }

    private async Task SubscribeAsync(
        SoakWorld world, NodeClients clients, SoakOptions options, WaitBook waits, TraceRecorder trace, CancellationToken cancel)
    {
        List<(string Name, string Topic, Conduct Conduct)> all =
        [
            ("well", Topics.Http, new Conduct.Healthy()), ("picks", Topics.Http, new Conduct.Healthy()),
            ("slow", Topics.Http, new Conduct.Slow(TimeSpan.FromMilliseconds(10))), (Unreliable, Topics.Http, new Conduct.Flaky(0.3)),
        ];
        if (world.Kafka is not null)
            all.Add(("of-kafka", Topics.Kafka, new Conduct.Healthy()));
        if (world.Nats is not null)
            all.Add(("of-nats", Topics.Nats, new Conduct.Healthy()));
        foreach (var (name, topic, conduct) in all)
        {
            var isWell = conduct is Conduct.Healthy;
            var awaited = new Awaited(_time, isWell ? (since, at) => waits.Take(topic, since, at) : (_, _) => { });
            var receiver = new SoakReceiver(name, topic, name == "picks", isWell, awaited);
            _receivers.Add(receiver);
            var mistake = _receivers.Count == 1 ? options.Plant : null;
            WebhookReceiver.Around? relay = mistake is null ? null : inner => new PlantedRelay(mistake, inner);
            await receiver.StartAsync(conduct, trace, relay, _time, new Random(options.Seed + _receivers.Count), cancel);
            Succeeded(await clients.Next().Topics.PutAsync(topic, cancel: cancel));
            Succeeded(await receiver.SubscribeAsync(clients.Next(), cancel));
        }
    }

    private static void Succeeded(Reply reply)
    {
        if (!reply.Succeeded)
            throw new SoakException(null, string.Join('\n', reply.ProblemLines()));
    }

    private void MakeLoads(SoakWorld world, NodeClients clients, SoakOptions options, TraceRecorder trace)
    {
        var part = Math.Max(1, options.Rate / PartOfBroker);
        var left = options.Rate;
        if (world.Kafka is { } kafka)
        {
            Add(new KafkaEntrance(kafka.Servers, trace, _time), "k", part);
            left -= part;
        }
        if (world.Nats is { } nats)
        {
            Add(new NatsEntrance(nats.Url, trace, _time), "soak.", part);
            left -= part;
        }
        for (var i = 0; i < Publishers; i++)
            Add(new HttpEntrance(clients.Next, _time), $"{(char)('a' + i)}", Math.Max(1, left / Publishers));

        void Add(IEntrance entrance, string prefix, int rate)
        {
            _entrances.Add(entrance);
            _loads.Add(new Load(entrance, prefix, Keys, rate, _receivers, _time, new Random(options.Seed + (100 * _loads.Count))));
        }
    }
}
