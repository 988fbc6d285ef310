using Herald.Lab.Benches.Machines;
using Herald.Lab.Benches.Rounds;
using Herald.Lab.Benches.Traffic;

namespace Herald.Lab.Benches.Starts;

/// <summary>
/// A server that is ended and started again on the same directory. It runs between rounds, and each round begins by ending it.
/// </summary>
internal sealed class Restarts(BenchRig rig, TrafficClient traffic, long undelivered) : IDisposable
{
    private const string Topic = "start", Subscription = "receiver";
    private const int Keys = 1000;
    private const int Sink = 0;

    // Runs of events on which no endpoint is judged.
    private const int OldRun = 9000, FirstProbeRun = 9001;
    private int _probes;
    private MeasuredHerald? _herald;

    /// <summary>
    /// Publishes events that no subscription matches, and then events that wait because no receiver listens. At the end, a receiver
    /// listens.
    /// </summary>
    public async Task PrepareAsync(long events, CancellationToken cancel)
    {
        _herald = await MeasuredHerald.StartAsync(rig, cancel);
        await _herald.CreateTopicAsync(Topic, cancel);
        rig.Progress.Show("creating the events");
        await _herald.PublishAsync(Topic, new Backlog(OldRun, events - undelivered, Keys), cancel);
        await _herald.SubscribeAsync(Subscription, Topic, MeasuredHerald.Nobody, cancel);
        var run = await traffic.BeginAsync(Keys, cancel);
        await _herald.PublishAsync(Topic, new Backlog(run, undelivered, Keys), cancel);
        await _herald.JudgeAsync(events, cancel);
        await _herald.SubscribeAsync(Subscription, Topic, traffic.EndpointOf(Sink), cancel);
    }

    public async Task<StartRound> MeasureAsync(bool kill, bool cold, CancellationToken cancel)
    {
        await EndAsync(kill);
        if (cold)
            PageCache.Drop();
        await traffic.MarkAsync(cancel);
        var began = rig.Time.GetTimestamp();
        _herald = await MeasuredHerald.StartAsync(rig, cancel);
        await _herald.PublishAsync(Topic, new Backlog(FirstProbeRun + _probes++, 1, Keys), cancel);
        var accepted = rig.Time.GetElapsedTime(began);
        var first = (await traffic.UntilAsync(totals => totals.Sinks[Sink].FirstAt > 0, cancel)).Sinks[Sink].FirstAt;
        return new(accepted, rig.Time.GetElapsedTime(began, first));
    }

    /// <summary>
    /// Lets the last server run until everything is delivered. After all the kills and stops, no event may be lost and no key out of order.
    /// </summary>
    public async Task FinishAsync(CancellationToken cancel)
    {
        var received = (await traffic.DrainAsync([Sink], undelivered, cancel)).Sinks[Sink];
        rig.Note(
            $"At the end all {received.Received:N0} events were delivered in order; {received.Repeated:N0} were delivered more than "
                + "once, which kills can cause.");
    }

    public void Dispose() => _herald?.Dispose();

    private async Task EndAsync(bool kill)
    {
        _herald!.Dispose();
        if (kill)
            await _herald.Process.KillAsync();
        else
            await _herald.Process.StopAsync();
    }
}
