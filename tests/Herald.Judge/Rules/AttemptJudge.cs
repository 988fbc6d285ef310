using Herald.Judging.Deliveries;
using Herald.Judging.Events;
using Herald.Judging.Orders;
using Herald.Judging.Traces;

namespace Herald.Judging.Rules;

/// <summary>Judges an attempt that arrives at a receiver: is it allowed there, at this moment, with this number?</summary>
public sealed class AttemptJudge(Ledger ledger, GiveUps giveUps)
{
    private readonly NumberJudge _numbers = new(ledger, giveUps);
    private readonly PassingJudge _passing = new(ledger, giveUps);
    private readonly LimitJudge _limits = new(ledger);

    // A change does not stop what was already about to be sent.
    private const long UnderWayMs = 500;
    private const double Pace = 1.025;

    public Attempt Take(Fact fact, SentEvent one)
    {
        var (history, book) = ledger.Of(fact.Text("subscription"));
        var delivery = book.Of(one);
        var attempt = new Attempt(delivery, fact.Find("from") ?? Attempt.Unknown, (int)fact.Number("number"), fact.AtMs);
        CheckWanted(history, one);
        CheckRuns(history, delivery);
        if (delivery.Lane.Open.Exists(other => other.IsFromSameAs(attempt) && !history.MayHaveEnded(other.AtMs, fact.AtMs)))
            throw new AccusedException(10, $"two attempts of one key at the same time: {delivery}");
        _limits.Take(history, book, attempt);
        var isLate = ledger.Hindrances.MayBeLate(attempt.Sender, fact.AtMs)
            || (delivery.Lane.Tried is { } tried && ledger.Hindrances.MayBeLate(tried.Sender, fact.AtMs));
        if (history.ClearSinceMs <= fact.AtMs && !isLate)
        {
            var isShared = one.Key is not null && ledger.Settings.AlikeKeys.Contains(one.Key);
            _numbers.Check(history, book, delivery, attempt);
            CheckIsNotOver(history, delivery, attempt);
            _passing.Check(history, book, delivery, fact.AtMs, isShared);
        }
        delivery.Attempts.Add(attempt);
        delivery.Lane.Open.Add(attempt);
        book.Open.Add(attempt);
        return attempt;
    }

    private void CheckWanted(SubscriptionHistory history, SentEvent one)
    {
        if (one.Address is { } address && address != history.Id)
            throw new AccusedException(4, $"a redrive for {address} is sent to {history.Id}: {one}");
        if (!Wanted.IsPossible(history, one, ledger.NowMs))
            throw new AccusedException(4, $"sent to {history.Id}, which never asked for it: {one}");
    }

    private void CheckRuns(SubscriptionHistory history, Delivery delivery)
    {
        var switches = history.SwitchesAt(ledger.NowMs - 1, ledger.NowMs, everywhere: true);
        if (switches.Count > 0 && switches.TrueForAll(order => order is { What: Order.Pause }))
            throw new AccusedException(4, $"sent though it is paused since {ledger.NowMs - switches[0]!.InForceMs} ms: {delivery}");
    }

    // A delivery is not tried again when every policy in force has ended it, by its last result or by its age.
    private void CheckIsNotOver(SubscriptionHistory history, Delivery delivery, Attempt attempt)
    {
        CheckTtl(history, delivery);
        if (delivery.Last is not { Ending: Ending.Failed or Ending.Rejected or Ending.Expired } last || last.AtMs <= history.ClearSinceMs
            || attempt.Number != last.Number + 1 || delivery.ReleasedMs >= last.AtMs)
            return;
        if (last.Ending == Ending.Rejected && !ledger.Of(history.Id).Book.MayHaveMissed(last.AtMs))
            throw new AccusedException(3, $"tried again though its receiver takes no such event: {delivery}");
        if (last.Ending == Ending.Expired && !ledger.Of(history.Id).Book.MayHaveMissed(last.AtMs))
            throw new AccusedException(3, $"tried again though the time that it names was over: {delivery}");
        var (everyCount, everyAge, any) = (true, true, false);
        var first = GiveUps.FirstOf(delivery, last.AtMs, latest: true);
        var standsStill = history.MayStandStill(first, ledger.NowMs) || !delivery.Attempts.TrueForAll(attempt.IsFromSameAs);
        foreach (var definition in history.Definitions(last.EndedMs, last.EndedMs + UnderWayMs, everywhere: true))
        {
            var (rule, isLast) = (definition.Retry, last.Number >= definition.Retry.MaxAttempts);
            any = true;
            everyCount &= isLast;
            everyAge &= isLast || (!standsStill && ((last.EndedMs - first) / Pace) + Math.Max(rule.LeastWaitMs(last.Number),
                last.RetryAfterMs) > rule.MaxAgeMs + UnderWayMs);
        }
        if (any && everyCount)
            throw new AccusedException(3, $"attempt {attempt.Number} is one more than any policy allows: {delivery}");
        if (any && everyAge)
            throw new AccusedException(3, $"attempt {attempt.Number} comes {last.EndedMs - first} ms after the first, older than any "
                + $"policy allows: {delivery}");
    }

    private void CheckTtl(SubscriptionHistory history, Delivery delivery)
    {
        var one = delivery.Event;
        if (one.Origin != Origin.Published)
            return;
        var (longest, wait) = (0.0, 0.0);
        foreach (var definition in history.Definitions(ledger.NowMs - UnderWayMs, ledger.NowMs, everywhere: true))
            longest = Math.Max(longest, definition.Retry.TtlMs);
        if (double.IsPositiveInfinity(longest))
            return;
        // An attempt that has its permit can still have to wait for bytes that others hold.
        foreach (var (other, _) in ledger.Subscriptions)
        {
            foreach (var definition in other.Definitions(ledger.NowMs, ledger.NowMs, everywhere: true))
                wait = Math.Max(wait, definition.TimeoutMs);
        }
        var age = ledger.NowMs - Math.Min(one.AcceptedByMs, ledger.NowMs);
        var slow = ledger.Hindrances.CalmSinceMs > ledger.NowMs ? ledger.Settings.SlowestCallMs : 0;
        if (age > (longest * Pace) + wait + slow + UnderWayMs + ledger.Settings.ClocksApartMs)
            throw new AccusedException(3, $"sent {age} ms after it was accepted, though it is worth sending for {longest} ms only: "
                + $"{delivery}");
    }
}
