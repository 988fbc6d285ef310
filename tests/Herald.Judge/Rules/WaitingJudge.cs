using Herald.Judging.Deliveries;
using Herald.Judging.Events;
using Herald.Judging.Orders;
using Herald.Judging.Traces;

namespace Herald.Judging.Rules;

/// <summary>
/// No key and no subscription holds up another one. An event is sent within a bound, whatever happens beside it, when its own key has
/// nothing before it and its receiver is well. docs/proof.md states the bound.
/// </summary>
public sealed class WaitingJudge(Ledger ledger, GiveUps giveUps)
{
    private const long LookEveryMs = 100;

    // So many distinct keys that fail without a success between count as trouble of the endpoint, and Herald holds back.
    private const int FailingKeys = 3;

    // In units of the time in which a well receiver answers: a longer attempt still keeps its permit.
    private const int SlowFrom = 5;

    // The longest wait of a subscription that holds back, with its jitter.
    private const long ProbesWithinMs = 12_000;

    // Rounds of a shard, readings of the log and of the catalog, and a commit that a skip waits for.
    private const long WorkMs = 500;
    private const int CommitsToWaitFor = 4;
    private long _nextLookMs;

    /// <summary>The longest wait that was judged, as a share of its bound.</summary>
    public double Worst { get; private set; }

    public void OnPromised(SentEvent one)
    {
        if (one.Sequence == 0 || (one.Key is not null && ledger.Settings.AlikeKeys.Contains(one.Key)))
            return;
        foreach (var (history, book) in ledger.Subscriptions)
        {
            if (!Wanted.IsCertain(history, one, ledger.Events, ledger.NowMs))
                continue;
            var delivery = book.Of(one);
            var lane = delivery.Lane;
            if (delivery.ReceivedMs != long.MinValue || one.Sequence < lane.AccountedBelow)
                continue;
            if (lane.Waiting.Count == 0 || lane.Waiting.Keys[0] > one.Sequence)
                IsReady(book, lane);
            lane.Waiting[one.Sequence] = delivery;
            book.Waiting.Add(lane);
        }
    }

    /// <summary>The delivery has ended, or a later one of its key shows that it has.</summary>
    public void OnOver(DeliveryBook book, Lane lane, long below)
    {
        if (lane.Waiting.Count == 0)
            return;
        var before = lane.Waiting.Count;
        while (lane.Waiting.Count > 0 && lane.Waiting.Keys[0] < below)
            lane.Waiting.RemoveAt(0);
        if (lane.Waiting.Count != before)
            IsReady(book, lane);
        if (lane.Waiting.Count == 0)
            book.Waiting.Remove(lane);
    }

    public void OnEnded(DeliveryBook book, Attempt attempt)
    {
        var line = attempt.Delivery.Lane.Line;
        IsReady(book, attempt.Delivery.Lane);
        if (Hangs(attempt))
            book.LateMs = ledger.NowMs;
        if (attempt.Ending == Ending.Succeeded)
        {
            book.Failing.Clear();
            return;
        }
        if (attempt.Ending == Ending.Failed)
            book.Failing.Add(line);
        if (attempt.Ending is Ending.Gone or Ending.Cut || attempt.IsTroubled || book.Failing.Count >= FailingKeys)
            book.TroubledMs = ledger.NowMs;
    }

    public void Look()
    {
        var now = ledger.NowMs;
        if (now < _nextLookMs)
            return;
        _nextLookMs = now + LookEveryMs;
        var calm = ledger.Hindrances.CalmSinceMs;
        if (calm >= now)
            return;
        foreach (var (history, book) in ledger.Subscriptions)
        {
            if (book.Waiting.Count > 0)
                Look(history, book, calm);
        }
    }

    private void Look(SubscriptionHistory history, DeliveryBook book, long calm)
    {
        var now = ledger.NowMs;
        var bound = WorkMs + ledger.Settings.LateMs + (CommitsToWaitFor * ledger.Settings.CommitEveryMs);
        var since = Math.Max(Math.Max(calm, book.LateMs), Math.Max(history.ClearSinceMs, book.TroubledMs == long.MinValue ? 0
            : book.TroubledMs + (ProbesWithinMs * ledger.Settings.Nodes)));
        if (now - since <= bound)
            return;
        foreach (var order in history.Orders)
            since = Math.Max(since, order.IsPossible && order.What is not (Order.Release or Order.Redrive or Order.DiscardLetters)
                ? order.InForceMs : 0);
        if (now - since <= bound || !history.RunsCertainly(since + 1, now))
            return;
        if (book.IsAway || book.Open.Exists(attempt => now - attempt.AtMs > SlowFrom * ledger.Settings.AnswersWithinMs) || HasTooManyBlocked(book)
            || HasRate(history))
        {
            book.TroubledMs = now - (ProbesWithinMs * ledger.Settings.Nodes);
            return;
        }
        var turn = TurnMs(book);
        foreach (var lane in book.Waiting.ToList())
            Look(history, book, lane, since, bound + turn);
    }

    private void Look(SubscriptionHistory history, DeliveryBook book, Lane lane, long since, double bound)
    {
        var head = lane.Waiting.Values[0];
        // A head that has failed waits for its policy. A head that every possible policy has ended no longer waits, so the next one counts.
        if (head.Last is { Counts: true } && giveUps.IsExhaustedForCertain(history, head, byLetter: false))
        {
            if (lane.Waiting.Count == 1)
                return;
            var next = lane.Waiting.Values[1];
            (since, head) = (Math.Max(since, Math.Max(head.Last.EndedMs, next.Event.AcceptedByMs)), next);
        }
        if (head.Last is { Ending: not Ending.Cut })
            return;
        // The key can wait for an earlier event that was not certainly expected.
        if (lane.Tried is { Ending: not (Ending.Succeeded or Ending.Cut) } tried && tried.Delivery.Event.Sequence < head.Event.Sequence
            && !giveUps.IsExhaustedForCertain(history, tried.Delivery, byLetter: false))
            return;
        // Whatever its receiver got meanwhile had its turn first.
        bound += ledger.Settings.AnswersWithinMs * (book.Served - lane.ServedBefore);
        var waits = ledger.NowMs - Math.Max(since, lane.ReadySinceMs);
        if (waits > bound && giveUps.Explain(history, head, ledger.NowMs) != GivenUp.Not)
        {
            OnOver(book, lane, head.Event.Sequence + 1);
            return;
        }
        Worst = Math.Max(Worst, waits / bound);
        if (waits > bound)
            throw new AccusedException(16, $"waits for {waits} ms, longer than {bound:0}, though its own key has nothing before it and its "
                + $"receiver is well: {head}");
    }

    private void IsReady(DeliveryBook book, Lane lane) => (lane.ReadySinceMs, lane.ServedBefore) = (ledger.NowMs, book.Served);

    // What others are allowed to take: each other receiver its time-out, once for each waiting key and once more. Then the keys of the
    // subscription take turns.
    private double TurnMs(DeliveryBook book)
    {
        var turn = 0.0;
        foreach (var (history, other) in ledger.Subscriptions)
        {
            var mostTimeout = 0.0;
            foreach (var definition in history.Definitions(ledger.NowMs, ledger.NowMs, everywhere: true))
                mostTimeout = Math.Max(mostTimeout, definition.TimeoutMs);
            turn += other == book || IsQuick(other) ? 0 : mostTimeout * (1 + book.Waiting.Count);
        }
        return turn + (ledger.Settings.AnswersWithinMs * book.Waiting.Sum(lane => lane.Waiting.Count));
    }

    // It has had no trouble for long, and no attempt of it hangs and keeps a permit.
    private bool IsQuick(DeliveryBook other) =>
        !other.Open.Exists(Hangs) && Math.Max(other.TroubledMs, other.LateMs) is var last
        && (last == long.MinValue || last + (2 * ProbesWithinMs) < ledger.NowMs);

    private bool Hangs(Attempt attempt) => ledger.NowMs - attempt.AtMs > ledger.Settings.AnswersWithinMs;

    // Keys that wait for a retry do not take places in the window. Above these bounds the subscription falls behind.
    private bool HasTooManyBlocked(DeliveryBook book)
    {
        var all = 0;
        foreach (var (_, other) in ledger.Subscriptions)
            all += other.Lanes.Count(lane => lane.Tried is { Counts: true, Ending: not Ending.Succeeded });
        var own = book.Lanes.Count(lane => lane.Tried is { Counts: true, Ending: not Ending.Succeeded });
        return own > ledger.Settings.BlockedPerSubscription || all > ledger.Settings.Blocked;
    }

    private bool HasRate(SubscriptionHistory history) =>
        history.Definitions(ledger.NowMs, ledger.NowMs, everywhere: true).Any(definition =>
            !double.IsPositiveInfinity(definition.RatePerSecond));
}
