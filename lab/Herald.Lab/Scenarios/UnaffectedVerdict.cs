using System.Globalization;

namespace Herald.Lab.Scenarios;

/// <summary>Judges whether the other handlers were unaffected while one was in hell.</summary>
internal static class UnaffectedVerdict
{
    private const double Tolerance = 0.10;
    private const long LeastDelivered = 1000;
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(0.2);

    /// <param name="lost">Accepted events that were not delivered to their handler by the end of the drain.</param>
    /// <param name="outOfOrder">The count by first receipt, over all handlers.</param>
    public static IReadOnlyList<Criterion> Judge(IReadOnlyList<HandlerFigures> handlers, PhasePlan plan, long lost, long outOfOrder)
    {
        var criteria = new List<Criterion>();
        foreach (var other in handlers.Where(handler => !handler.Role.GoesToHell))
        {
            if (other.Role.Usual == Catchers.Mode.None)
            {
                criteria.Add(Lag(other, 0.99));
                continue;
            }
            criteria.Add(Rate(other));
            criteria.Add(Lag(other, 0.50));
            criteria.Add(Lag(other, 0.95));
        }
        foreach (var hell in handlers.Where(handler => handler.Role.GoesToHell))
        {
            criteria.Add(new($"{hell.Role.Name}: delivered during hell", $"{hell.DeliveredInHell}", "0", hell.DeliveredInHell == 0));
            criteria.Add(CaughtUp(hell, plan));
        }
        criteria.Add(new("out of order", $"{outOfOrder}", "0", outOfOrder == 0));
        criteria.Add(new("lost", $"{lost}", "0", lost == 0));
        var least = handlers.MinBy(handler => handler.Delivered)!;
        criteria.Add(
            new(
                $"least delivered ({least.Role.Name})", $"{least.Delivered}", $"at least {LeastDelivered}",
                least.Delivered >= LeastDelivered));
        return criteria;
    }

    /// <summary>
    /// The lag can be longer than before by at most the largest of three allowances: a tenth, 0.2 ms, and the largest difference between the
    /// quarters of the time before. A shorter lag always passes.
    /// </summary>
    private static Criterion Lag(HandlerFigures handler, double share)
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"{handler.Role.Name}: lag p{share * 100:0} during hell");
        if (handler.Phases[Phase.Before].Lag(share) is not { } before || handler.Phases[Phase.Hell].Lag(share) is not { } during || handler.CalmRange(share) is not { } calm)
            return new(what, "none", "some", false);
        TimeSpan[] allowances = [before * Tolerance, Grain, calm.Most - calm.Least];
        var limit = before + allowances.Max();
        var quarters = $"{LagText.Format(calm.Least)} to {LagText.Format(calm.Most)}";
        return new(
            what, LagText.Format(during), $"{LagText.Format(limit)} (before {LagText.Format(before)}, its quarters {quarters})",
            during <= limit);
    }

    private static Criterion Rate(HandlerFigures handler)
    {
        var (before, during) = (handler.Phases[Phase.Before].PerSecond, handler.Phases[Phase.Hell].PerSecond);
        var (least, most) = (before * (1 - Tolerance), before * (1 + Tolerance));
        return new(
            $"{handler.Role.Name}: delivered a second during hell", string.Create(CultureInfo.InvariantCulture, $"{during:0.0}"),
            string.Create(CultureInfo.InvariantCulture, $"{least:0.0} to {most:0.0}"), before > 0 && during >= least && during <= most);
    }

    private static Criterion CaughtUp(HandlerFigures hell, PhasePlan plan)
    {
        var what = $"{hell.Role.Name}: caught up after the end of hell";
        var limit = string.Create(CultureInfo.InvariantCulture, $"{plan.After.TotalSeconds:0.0} s");
        return hell.CaughtUpAt is { } at
            ? new(what, string.Create(CultureInfo.InvariantCulture, $"{(at - plan.HellEnds).TotalSeconds:0.0} s"), limit, at < plan.Whole)
            : new(what, "never", limit, false);
    }
}
