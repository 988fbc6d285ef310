using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Simulation.Runs;
using Herald.Simulation.Worlds;

namespace Herald.Simulation.Judges;

/// <summary>
/// Checks the calls of one application in one shard, from the start of the shard on a node to its end, and chooses for which ticks the
/// application asks. It draws from a series of its own, so the rest of the world stays as its seed has made it.
/// </summary>
internal sealed class TickCheck(Tally tally, Simulator simulator, ShardId shard)
{
    // A clock of a process is at most two parts in a hundred slower than the world's.
    private const double SlowestPace = 0.98;
    private const int ShortWaitMs = 300, LongWaitMs = 8000;

#pragma warning disable CA5394 // No secret hangs on it: a seed must give the same history again.
    private readonly Random _chance = new(unchecked((simulator.Seed * 7919) + (shard.Value * 31) + (int)simulator.NowMs));
#pragma warning restore CA5394

    private bool _hasBegun, _overtakes;

    // How many ticks came in a row, as far as they could overtake events: of those at the end of the log only the last one counts. And
    // the last sequence that was taken.
    private int _overtook;
    private long _taken;
    private long _dueMs;

    // The last sequence of the piece of the log that was read last, and how many pieces have begun since the next tick was due.
    private long _pieceLast;
    private int _piecesSinceDue;

    /// <summary>The longest time between two ticks at the end of the log when nothing hinders the node.</summary>
    public static long LatestMs(TimeSpan every) => (long)(every.TotalMilliseconds / SlowestPace) + 3000;

    public void OnCall(ApplicationBatch batch)
    {
        if (batch.Events.Count == 0)
            OnTick();
        else
            OnEvents(batch.Events[^1].Sequence);
        _hasBegun = true;
    }

    /// <summary>The call has succeeded, and its wish counts.</summary>
    public void OnTaken(ApplicationBatch batch)
    {
        if (batch.Events.Count == 0)
        {
            (_dueMs, _piecesSinceDue) = (DueAfter(Tally.TickEvery.TotalMilliseconds), 0);
            _overtook = _overtakes ? _overtook + 1 : 1;
        }
        else
        {
            _taken = batch.Events[^1].Sequence;
        }
        if (_chance.Next(3) == 0)
            return;
        var wait = _chance.Next(4) == 0 ? 0 : _chance.Next(_chance.Next(2) == 0 ? ShortWaitMs : LongWaitMs);
        batch.TickBy(batch.NowMs + wait);
        _dueMs = Math.Min(_dueMs, DueAfter(Math.Min(wait, Tally.TickEvery.TotalMilliseconds)));
    }

    private void OnTick()
    {
        var unread = tally.Unread((SimProcess)SynchronizationContext.Current!, shard);
        if (unread > 0 && !tally.TicksUnderBacklog)
            throw new Violation($"26: a tick in shard {shard}, with {unread} sequences still to read, of an application that reads them first");
        _overtakes = unread > 0;
        // What is read in between can be events of other topics.
        if (_overtakes && _overtook > tally.Others(shard, _taken))
            throw new Violation($"26: {_overtook + 1} ticks in a row in shard {shard}, with {unread} sequences to read that were not read in between");
        tally.Ticked[shard] = simulator.NowMs;
        simulator.Reached.Count(unread > 0 ? "ticks that overtook events" : "ticks at the end of the log");
    }

    private void OnEvents(long last)
    {
        _overtook = 0;
        if (!tally.TicksUnderBacklog)
            return;
        if (!_hasBegun)
            throw new Violation($"26: the first call in shard {shard} is no tick");
        // A piece that fails is taken in halves.
        if (last <= _pieceLast)
            return;
        _pieceLast = last;
        if (simulator.NowMs > _dueMs && ++_piecesSinceDue > 1)
            throw new Violation($"26: a second piece of the log of shard {shard} since a tick was due, {simulator.NowMs - _dueMs} ms ago");
    }

    // By the world's clock, and rather too late.
    private long DueAfter(double waitMs) => simulator.NowMs + (long)Math.Ceiling(waitMs / SlowestPace) + 1;
}
