using Herald.Soak.Displays;
using Herald.Soak.Faults;
using Herald.Soak.Figures;
using Herald.Soak.Traffic;
using Herald.Soak.Worlds;
using Herald.TestKit.Traces;

namespace Herald.Soak;

/// <summary>
/// The soak, in rounds. A round has load and faults; then all faults are repaired, everything settles, and the judge of the round gives its
/// verdict. Nodes, database and brokers continue from round to round with their data, and the next judge learns the position of each key.
/// So judge and trace stay small, however long the soak lasts.
/// </summary>
internal sealed class SoakRun(SoakOptions options, string folder, TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200), Quiet = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Random _random = new(options.Seed);
    private SoakState _state = null!;

    /// <returns>The broken promise; null when there is none.</returns>
    public async Task<(SoakReport Report, SoakBreak? Broken)> RunAsync(CancellationToken cancel)
    {
        var episodes = new Episodes(time);
        var watch = new Standstill(episodes, time);
        var waits = new WaitBook(episodes, time);
        using var over = new CancellationTokenSource();
        var machine = new MachineLoad(time);
        var watching = Task.WhenAll(watch.RunAsync(over.Token), machine.RunAsync(over.Token));
        using var trace = new TraceRecorder(TraceFile(1), ("nodes", "3"));
        await output.WriteLineAsync(
            $"seed {options.Seed}; starting three nodes, a database, Kafka and NATS; logs and traces are in {folder}");
        await using var world = await SoakWorld.StartAsync(folder, time, cancel);
        foreach (var (kind, why) in world.LeftOut)
            await output.WriteLineAsync($"not included: {FaultText.Of(kind)}, because {why}");
        using var clients = new NodeClients(world, trace);
        await using var traffic = await SoakTraffic.StartAsync(world, clients, options, waits, trace, time, cancel);
        var kinds = options.Only.Where(kind => !world.LeftOut.ContainsKey(kind)).ToList();
        var mischief = new Mischief(world, traffic.Unwell, trace, time, _random);
        var storm = new Storm(kinds, mischief, episodes, () => traffic.IsWhole || trace.Broken is not null, time, _random);
        _state = new SoakState(options, world, traffic, storm, waits, trace, watch, machine);
        var display = new SoakDisplay(_state, output, time);
        var showing = display.RunAsync(over.Token);
        SoakBreak? broken;
        try
        {
            broken = await RunRoundsAsync(cancel);
        }
        finally
        {
            await over.CancelAsync();
            await showing;
            await watching;
        }
        var report = _state.Report(broken is not null);
        if (broken is not null || options.Keep is not null)
            await world.KeepAsync(folder);
        return (report, broken);
    }

    private async Task<SoakBreak?> RunRoundsAsync(CancellationToken cancel)
    {
        while (_state.Loaded < options.Length)
        {
            if (_state.Rounds > 0)
                NextTrace();
            _state.Rounds++;
            if (await RunRoundAsync(cancel) is { } broken)
                return broken;
            if (cancel.IsCancellationRequested)
                return null;
        }
        return null;
    }

    private async Task<SoakBreak?> RunRoundAsync(CancellationToken cancel)
    {
        using var hold = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var giveUp = new CancellationTokenSource();
        var began = _state.Watch.Now;
        var loads = _state.Traffic.Loads.Select(load => load.RunAsync(hold.Token, giveUp.Token)).ToList();
        var storm = _state.Storm.RunAsync(hold.Token);
        var length = options.Length - _state.Loaded;
        length = length < options.Round ? length : options.Round;
        try
        {
            while (_state.Watch.Now - began < length && !cancel.IsCancellationRequested && !loads.Append(storm).Any(task => task.IsFaulted))
            {
                if (Broken() is { } broken)
                    return broken;
                await Task.Delay(LookEvery, time, CancellationToken.None);
            }
            await hold.CancelAsync();
            await storm;
            return cancel.IsCancellationRequested ? Broken() : await SettleAsync(Task.WhenAll(loads), cancel);
        }
        catch (SoakException failure)
        {
            return new(failure.Invariant, failure.Message, _state.Trace.Last());
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return new(null, $"{failure}", _state.Trace.Last());
        }
        finally
        {
            var loaded = _state.Watch.Now - began;
            _state.Loaded += loaded < length ? loaded : length;
            await hold.CancelAsync();
            await giveUp.CancelAsync();
            await Task.WhenAll([.. loads, storm]).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    /// <summary>
    /// All faults are repaired. Waits until every publish request is answered and every accepted event has been received, and then asks the
    /// judge for its verdict.
    /// </summary>
    private async Task<SoakBreak?> SettleAsync(Task answered, CancellationToken cancel)
    {
        var began = _state.Watch.Now;
        _state.IsSettling = true;
        while (!answered.IsCompleted || _state.Traffic.Receivers.Any(receiver => receiver.Awaited.Count > 0))
        {
            if (answered.IsFaulted)
                await answered;
            if (Broken() is { } broken)
                return broken;
            if (cancel.IsCancellationRequested)
                return null;
            if (_state.Watch.Now - began > Patience)
                break;
            await Task.Delay(LookEvery, time, CancellationToken.None);
        }
        var settled = _state.Watch.Now - began;
        if (settled > _state.LongestSettle)
            _state.LongestSettle = settled;
        // The answer of a receiver is traced a moment later.
        await Task.Delay(Quiet, time, CancellationToken.None);
        if (answered.IsCompleted)
            _state.Trace.Tell("world", "settled");
        _state.IsSettling = false;
        if (Broken() is { } last)
            return last;
        var isLate = settled > Patience;
        return isLate ? new SoakBreak(16, $"{settled} after all faults ended, {_state.Missing()}", _state.Trace.Last()) : null;
    }

    private SoakBreak? Broken()
    {
        if (_state.Trace.Accusation() is { } accusation)
            return new(_state.Trace.Broken, accusation.Split('\n')[0], _state.Trace.Last());
        if (_state.World.All.FirstOrDefault(node => node.HasFailed) is { } failed)
            return new(17, $"{failed.Name} has ended unexpectedly; its log is in {folder}.", _state.Trace.Last());
        // An event that waits too long counts, even if the next fault happens to release it. Time in which this process was suspended
        // extends the limit.
        return _state.Traffic.LongestWait > Patience + _state.Watch.Lost
            ? new(16, $"an event has waited for {_state.Traffic.LongestWait}: {_state.Missing()}", _state.Trace.Last()) : null;
    }

    // The trace of the last round is kept; older ones are deleted.
    private void NextTrace()
    {
        File.Delete(TraceFile(_state.Rounds - 1));
        _state.Trace.BeginAgain(TraceFile(_state.Rounds + 1));
    }

    private string TraceFile(int round) => Path.Combine(folder, $"trace-{round}");
}
