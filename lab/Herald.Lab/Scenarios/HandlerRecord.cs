using Herald.Lab.Catchers;

namespace Herald.Lab.Scenarios;

/// <summary>Records what a handler does. Its memory grows with the length of the run.</summary>
/// <param name="settle">How long an answer to a request of the phase before can take. Until then, answers are not counted for hell.</param>
internal sealed class HandlerRecord(HandlerRole role, PhasePlan plan, TimeSpan settle)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Phase, Tally> _phases = Enum.GetValues<Phase>().ToDictionary(phase => phase, _ => new Tally());
    private long _publishedByHellsEnd;
    private long _deliveredOfThose;
    private long _deliveredInHell;
    private TimeSpan _caughtUpAt;

    public HandlerRole Role => role;

    /// <summary>Records that an event for the handler is durable at Herald.</summary>
    /// <param name="occurred">The time since the beginning of the load, like all times here.</param>
    public void Published(TimeSpan occurred)
    {
        if (occurred < plan.HellEnds)
            Interlocked.Increment(ref _publishedByHellsEnd);
    }

    /// <summary>Records the answer to a request.</summary>
    /// <param name="occurred">Null when the request carried no change of an order.</param>
    public void Answered(PlannedAnswer answer, int attempt, bool isFirst, TimeSpan? occurred, TimeSpan now)
    {
        lock (_lock)
        {
            var tally = _phases[plan.At(now)];
            if (attempt > 1)
                tally.Retries++;
            if (answer.Fails)
            {
                tally.Failed++;
                return;
            }
            if (now >= plan.HellBegins + settle && now < plan.HellEnds)
                _deliveredInHell++;
            if (!isFirst || occurred is not { } at)
                return;
            tally.Delivered++;
            _phases[plan.At(at)].Lags.Add((at, now - at));
            if (at >= plan.HellEnds)
                return;
            _deliveredOfThose++;
            _caughtUpAt = now;
        }
    }

    public HandlerFigures Figures(long violations)
    {
        lock (_lock)
        {
            var phases = _phases.ToDictionary(
                phase => phase.Key,
                phase => new PhaseFigures(
                    plan.LengthOf(phase.Key), phase.Value.Delivered, phase.Value.Failed, phase.Value.Retries,
                    phase.Value.LagsWhere(_ => true)));
            var calm = _phases[Phase.Before];
            return new(
                role, phases,
                [.. Enumerable.Range(0, PhasePlan.Quarters).Select(quarter => calm.LagsWhere(at => plan.QuarterOfBefore(at) == quarter))],
                _phases.Values.Sum(tally => tally.Delivered), _deliveredInHell, violations,
                _deliveredOfThose >= Interlocked.Read(ref _publishedByHellsEnd) ? _caughtUpAt : null);
        }
    }

    private sealed class Tally
    {
        public readonly List<(TimeSpan At, TimeSpan Lag)> Lags = [];
        public long Delivered;
        public long Failed;
        public long Retries;

        public SortedLags LagsWhere(Func<TimeSpan, bool> occurred) => new(Lags.Where(one => occurred(one.At)).Select(one => one.Lag));
    }
}
