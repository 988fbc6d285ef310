using Herald.Judging.Deliveries;
using Herald.Judging.Orders;
using Herald.Judging.Traces;

namespace Herald.Judging.Rules;

/// <summary>
/// Attempt numbers have no gaps. A number falls only by results that could not be saved: those before a kill, a take-over or a store that
/// was away. Between two attempts lies at least the wait that the policy and the receiver ask for.
/// </summary>
public sealed class NumberJudge(Ledger ledger, GiveUps giveUps)
{
    private const double Pace = 0.97;
    private const long EarlyMs = 3;

    public void Check(SubscriptionHistory history, DeliveryBook book, Delivery delivery, Attempt attempt)
    {
        if (delivery.Last is not { } last)
        {
            if (attempt.Number != 1 && !book.MayHaveMissed(delivery.Event.AskedMs))
                throw new AccusedException(13, $"the first attempt says that it is number {attempt.Number}: {delivery}");
            return;
        }
        // Before that moment it can have been another subscription.
        if (last.AtMs <= history.ClearSinceMs)
            return;
        // An unknown sender can have learned the result of the attempt or not.
        var next = last.Counts || last.Sender == Attempt.Unknown ? last.Number + 1 : last.Number;
        var isReleased = delivery.ReleasedMs >= last.AtMs;
        // The previous owner can have died without saving anything, and nobody saw what the next owner tried.
        var mayHaveMissed = book.MayHaveMissed(last.AtMs);
        if (attempt.Number > next && !mayHaveMissed)
            throw new AccusedException(13, $"attempt {attempt.Number} follows attempt {last.Number}: {delivery}");
        if (attempt.Number > 1 && delivery.CertainlyReleasedMs > last.EndedMs && !mayHaveMissed)
            throw new AccusedException(13, $"attempt {attempt.Number} follows attempt {last.Number}, though an operator has let its key go "
                + $"on, from the first: {delivery}");
        if (delivery.CertainlyDiscardedMs > last.EndedMs)
            throw new AccusedException(3, $"sent though an operator has discarded it: {delivery}");
        if (last.Ending == Ending.Succeeded && attempt.Number == next && (!mayHaveMissed || last.IsFromSameAs(attempt)))
            throw new AccusedException(14, $"sent again after its success was heard: {delivery}");
        if (attempt.Number < next && !(isReleased && attempt.Number == 1))
            CheckFall(history, delivery, attempt);
        if (attempt.Number == next && last.Ending == Ending.Failed && !isReleased && last.IsFromSameAs(attempt))
            CheckWait(history, book, delivery, last);
    }

    private void CheckFall(SubscriptionHistory history, Delivery delivery, Attempt attempt)
    {
        foreach (var before in delivery.Attempts)
        {
            if (before.Number < attempt.Number || !before.Counts || before.AtMs <= history.ClearSinceMs
                || before.AtMs < delivery.ReleasedMs)
                continue;
            if (giveUps.IsSaved(history, before))
                throw new AccusedException(13, $"attempt {attempt.Number} comes though the result of attempt {before.Number} was heard "
                    + $"{ledger.NowMs - before.EndedMs} ms ago, and nothing kept anybody from saving it: {delivery}");
        }
    }

    private void CheckWait(SubscriptionHistory history, DeliveryBook book, Delivery delivery, Attempt last)
    {
        // A resume makes Herald try everything at once, and so does the recovery of an endpoint.
        if (book.SucceededMs >= last.EndedMs && last.IsTroubled)
            return;
        foreach (var order in history.Orders)
        {
            var hastens = order.What == Order.Resume || (order.What == Order.Put && (order.Creates != false || HasMoved(history, order)));
            if (hastens && order.IsPossible && order.InForceMs >= last.EndedMs)
                return;
        }
        var least = double.PositiveInfinity;
        foreach (var definition in history.Definitions(last.EndedMs, last.EndedMs, everywhere: true))
            least = Math.Min(least, definition.Retry.LeastWaitMs(last.Number));
        var wait = double.IsPositiveInfinity(least) ? last.RetryAfterMs : Math.Max(least, last.RetryAfterMs);
        if (ledger.NowMs - last.EndedMs + EarlyMs < wait * Pace)
            throw new AccusedException(16, $"tried again after {ledger.NowMs - last.EndedMs} ms, though "
                + $"{(wait > least ? "the receiver" : "the policy")} asks for {wait:0}: {delivery}");
    }

    // What failed at another endpoint is tried at once.
    private static bool HasMoved(SubscriptionHistory history, Order put)
    {
        foreach (var order in history.Orders)
        {
            if (order.Definition is { } definition && definition.Endpoint != put.Definition!.Endpoint)
                return true;
        }
        return false;
    }
}
