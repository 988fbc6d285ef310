using System.Globalization;
using System.Text.Json;
using Herald.Lab.Benches.Parts;
using Herald.Lab.Benches.Rounds;

namespace Herald.Lab.Benches.Traffic;

/// <summary>The bench's view of the <see cref="TrafficPart"/>, which runs in a process of its own.</summary>
internal sealed class TrafficClient
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly BenchPart _part;
    private readonly BenchRig _rig;
    private int _runs;

    private TrafficClient(BenchPart part, BenchRig rig)
    {
        (_part, _rig) = (part, rig);
        Cpu = CpuSource.Of(part);
    }

    public CpuSource Cpu { get; }

    public static async Task<TrafficClient> StartAsync(BenchRig rig, CancellationToken cancel) =>
        new(await rig.StartPartAsync(PartCommand.TrafficName, cancel), rig);

    public Uri EndpointOf(int sink) => new(new Uri(_part.Address), sink.ToString(CultureInfo.InvariantCulture));

    /// <returns>The number of the run.</returns>
    public async Task<int> BeginAsync(int keys, CancellationToken cancel, int hotKeys = 0, int types = 1)
    {
        await AskAsync(new TrafficOrder.Begin(++_runs, keys, hotKeys, types), cancel);
        return _runs;
    }

    /// <summary>Begins an earlier run again, for events that were published before another run began.</summary>
    public Task BeginAgainAsync(int run, int keys, CancellationToken cancel) => AskAsync(new TrafficOrder.Begin(run, keys, 0, 1), cancel);

    public Task BehaveAsync(int sink, SinkConduct conduct, CancellationToken cancel) =>
        AskAsync(new TrafficOrder.Behave(sink, conduct), cancel);

    /// <summary>Takes the next event that comes as the first one.</summary>
    public Task MarkAsync(CancellationToken cancel) => AskAsync(new TrafficOrder.Mark(), cancel);

    public Task<SentTotals> ArriveAsync(Uri target, string? topic, int rate, TimeSpan length, CancellationToken cancel) =>
        ArriveAsync([target], topic, rate, length, cancel);

    /// <summary>As above, at several addresses in turn.</summary>
    public Task<SentTotals> ArriveAsync(IReadOnlyList<Uri> targets, string? topic, int rate, TimeSpan length, CancellationToken cancel) =>
        SendAsync(new TrafficOrder.Arrive(targets, topic, rate, length), cancel);

    /// <summary>As above, for a server that is ended meanwhile. Events that it does not accept any more are not a failure.</summary>
    public async Task<SentTotals> ArriveUntilBrokenAsync(Uri target, string topic, int rate, TimeSpan length, CancellationToken cancel) =>
        (await AskAsync(new TrafficOrder.Arrive([target], topic, rate, length), cancel)).Deserialize(TrafficJson.Default.SentTotals)!;

    public Task<SentTotals> PressAsync(Uri target, string topic, int connections, TimeSpan length, CancellationToken cancel) =>
        PressAsync([target], topic, connections, length, cancel);

    /// <summary>As above, at several addresses in turn.</summary>
    public Task<SentTotals> PressAsync(
        IReadOnlyList<Uri> targets, string topic, int connections, TimeSpan length, CancellationToken cancel) =>
        SendAsync(new TrafficOrder.Press(targets, topic, connections, length), cancel);

    public async Task<DrainedTotals> LookAsync(CancellationToken cancel) =>
        (await AskAsync(new TrafficOrder.Drain([], 0, true), cancel)).Deserialize(TrafficJson.Default.DrainedTotals)!;

    /// <summary>Waits until each of the endpoints has this many events. Missing and misordered events make the run fail.</summary>
    public async Task<DrainedTotals> DrainAsync(IReadOnlyList<int> sinks, long expected, CancellationToken cancel, bool withHotKeys = true)
    {
        var answer = await AskAsync(new TrafficOrder.Drain(sinks, expected, withHotKeys), cancel);
        var drained = answer.Deserialize(TrafficJson.Default.DrainedTotals)!;
        foreach (var sink in sinks)
        {
            var totals = drained.Sinks[sink];
            var received = withHotKeys ? totals.Received : totals.ReceivedOthers;
            if (received != expected)
                _rig.Fail($"Endpoint {sink} should have received {expected} events, but received {received}.");
            if (totals.OutOfOrder > 0)
                _rig.Fail($"Endpoint {sink} has received {totals.OutOfOrder} events that were not the next one of their key.");
        }
        return drained;
    }

    /// <exception cref="BenchException">The condition is not reached in time.</exception>
    public async Task<DrainedTotals> UntilAsync(Func<DrainedTotals, bool> reached, CancellationToken cancel)
    {
        for (var began = _rig.Time.GetTimestamp(); _rig.Time.GetElapsedTime(began) < Patience;)
        {
            if (await LookAsync(cancel) is var totals && reached(totals))
                return totals;
            await Task.Delay(LookEvery, _rig.Time, cancel);
        }
        throw new BenchException($"Not all expected events were received within {Patience.TotalSeconds:0} s.");
    }

    private async Task<SentTotals> SendAsync(TrafficOrder order, CancellationToken cancel)
    {
        var sent = (await AskAsync(order, cancel)).Deserialize(TrafficJson.Default.SentTotals)!;
        if (sent.Refused > 0 || sent.Broken > 0)
            _rig.Fail($"{sent.Accepted} events were accepted, {sent.Refused} were refused, and {sent.Broken} were not answered.");
        return sent;
    }

    private Task<JsonElement> AskAsync(TrafficOrder order, CancellationToken cancel) =>
        _part.AskAsync(JsonSerializer.Serialize(order, TrafficJson.Default.TrafficOrder), cancel);
}
