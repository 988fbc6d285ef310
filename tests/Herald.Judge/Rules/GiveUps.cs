using Herald.Judging.Deliveries;
using Herald.Judging.Orders;

namespace Herald.Judging.Rules;

/// <summary>Why a delivery can have been given up.</summary>
public enum GivenUp
{
    /// <summary>No known fact allows it.</summary>
    Not,
    Exhausted,
    Expired,
    Discarded,
    Trimmed,
}

/// <summary>
/// Explains why an event never came: its attempts are used up, it is too old, its ttl is over, an operator discarded it, or retention freed
/// it.
/// </summary>
public sealed class GiveUps(Ledger ledger)
{
    // Timers are late, and a step takes time.
    private const long SlackMs = 50;

    // Clocks of machines run a little faster or slower than the clock of the world.
    private const double Pace = 1.025;

    public GivenUp Explain(SubscriptionHistory history, Delivery delivery, long nowMs)
    {
        if (IsExhausted(history, delivery))
            return GivenUp.Exhausted;
        var one = delivery.Event;
        var ttl = history.Definitions(one.AskedMs, nowMs, everywhere: true).Select(definition =>
            definition.Retry.TtlMs).DefaultIfEmpty(double.PositiveInfinity).Min();
        if (nowMs + ledger.Settings.ClocksApartMs + SlackMs > one.AskedMs + (ttl / Pace))
            return GivenUp.Expired;
        if (history.Orders.Any(order => order is { What: Order.Release, Discards: true, IsPossible: true }
            && order.Sequence == one.Sequence && (one.Shard < 0 || order.Shard == one.Shard)))
            return GivenUp.Discarded;
        // Every node that routes an event knows the subscriptions that were made before the event was accepted.
        var hasBegun = !history.Births(one.AskedMs, one.AskedMs, everywhere: false).Contains(null);
        if (ledger.Events.IsTrimmed(one) && history.MayStandStill(one.AskedMs, nowMs, hasBegun))
            return GivenUp.Trimmed;
        return GivenUp.Not;
    }

    /// <summary>
    /// The result of the last attempt allows a policy that can have been in force to end the delivery, and its key goes on.
    /// </summary>
    public bool IsExhausted(SubscriptionHistory history, Delivery delivery)
    {
        if (MayBeExhaustedUnseen(history, delivery))
            return true;
        if (delivery.Last is not { } last)
            return false;
        // An attempt that was repeated after a crash can have been the last for one owner and not for the other.
        for (var i = delivery.Attempts.Count - 1; i >= 0; i--)
        {
            var attempt = delivery.Attempts[i];
            if (attempt.Ending is not (Ending.Failed or Ending.Rejected or Ending.Expired or Ending.Gone))
                continue;
            if (MayEnd(history, attempt))
                return true;
            if (last.IsFromSameAs(attempt))
                break;
        }
        return false;
    }

    /// <summary>
    /// The result of the attempt was saved soon after it. Where skips wait for later commits, a result that ends its delivery waits too, but
    /// its key goes on only once the skip is saved.
    /// </summary>
    public bool IsSaved(SubscriptionHistory history, Attempt attempt) => ledger.Hindrances.IsSaved(attempt.Sender, attempt.EndedMs)
        && !(ledger.Settings.SkipsWait && attempt.Delivery.Lane.Highest <= attempt.Delivery.Event.Sequence && MayEnd(history, attempt));

    // The attempt failed, and a policy that can have been in force ends the delivery with it, and its key goes on.
    private bool MayEnd(SubscriptionHistory history, Attempt attempt) => attempt.MayBeLast
        || (attempt.Ending is Ending.Failed or Ending.Rejected or Ending.Gone
            && history.Definitions(attempt.EndedMs, attempt.EndedMs + LateMs(attempt), everywhere: true).Any(definition =>
                !definition.Retry.Holds && Ends(definition.Retry, attempt.Delivery, attempt)));

    /// <summary>The last attempt ended the delivery under every policy that can have been in force, and its key goes on.</summary>
    /// <param name="byLetter">
    /// The policy must also make a dead letter. Asked when everything has settled, so that results that were not saved have been tried
    /// again.
    /// </param>
    public bool IsExhaustedForCertain(SubscriptionHistory history, Delivery delivery, bool byLetter)
    {
        if (delivery.Last is not { Ending: Ending.Failed } last || delivery.ReleasedMs > last.AtMs || last.AtMs <= history.ClearSinceMs
            || !(byLetter ? last.Sender != Attempt.Unknown : IsSaved(history, last)))
            return false;
        var any = false;
        foreach (var definition in history.Definitions(last.EndedMs, last.EndedMs + SlackMs, everywhere: true))
        {
            any = true;
            if (definition.Retry.MaxAttempts is not { } most || last.Number < most || definition.Retry.Holds || (byLetter
                && !definition.Retry.MakesLetters))
                return false;
        }
        if (byLetter && !IsSaved(history, last) && MayExpire(history, last.EndedMs))
            return false;
        return any && !history.MayStandStill(last.EndedMs, last.EndedMs + SlackMs, hasBegun: true);
    }

    // An owner that forgot the last result in a crash can be followed by one that expires the delivery, which makes no dead letter.
    private bool MayExpire(SubscriptionHistory history, long sinceMs) =>
        history.Definitions(sinceMs, ledger.NowMs, everywhere: true).Any(definition => !double.IsPositiveInfinity(definition.Retry.TtlMs));

    // The receiver was away, so nobody saw how often the delivery was tried.
    private bool MayBeExhaustedUnseen(SubscriptionHistory history, Delivery delivery)
    {
        var since = delivery.Last?.AtMs ?? delivery.Event.AskedMs;
        return ledger.Of(history.Id).Book.MayHaveMissed(since) && history.Definitions(since, ledger.NowMs, everywhere: true).Any(definition =>
            !definition.Retry.Holds && (definition.Retry.MaxAttempts is not null || ledger.NowMs - since > definition.Retry.MaxAgeMs));
    }

    // A delivery is given up at once when its next attempt would come after its greatest age.
    private bool Ends(RetryRule rule, Delivery delivery, Attempt last)
    {
        if (last.Ending == Ending.Rejected)
            return true;
        if (last.Ending == Ending.Gone)
            return false;
        if (last.Number >= rule.MaxAttempts)
            return true;
        if (double.IsPositiveInfinity(rule.MaxAgeMs))
            return false;
        var first = FirstOf(delivery, last.AtMs, latest: false);
        var apart = delivery.Attempts.TrueForAll(last.IsFromSameAs) ? 0 : ledger.Settings.ClocksApartMs;
        var wait = Math.Max(rule.MostWaitMs(last.Number), last.RetryAfterMs);
        return ((last.EndedMs - first + LateMs(last)) * Pace) + wait + apart > rule.MaxAgeMs;
    }

    // While a round of the shard waits for the store, results wait, too. Only then does the shard decide what follows.
    private long LateMs(Attempt attempt) => SlackMs + (ledger.Hindrances.CalmSinceMs > attempt.EndedMs ? ledger.Settings.SlowestCallMs : 0);

    /// <summary>
    /// When the first of the attempts that count together began: since the deliveries began, or since an operator released the key.
    /// </summary>
    /// <param name="latest">
    /// Of several attempts with the number 1, take the last one: a killed owner can have saved nothing of the first.
    /// </param>
    public static long FirstOf(Delivery delivery, long byMs, bool latest)
    {
        var found = long.MaxValue;
        foreach (var attempt in delivery.Attempts)
        {
            if (attempt.AtMs > byMs)
                continue;
            found = latest && attempt.Number == 1 ? attempt.AtMs : Math.Min(found, attempt.AtMs);
        }
        return found == long.MaxValue ? byMs : found;
    }
}
