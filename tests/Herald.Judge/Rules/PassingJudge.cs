using Herald.Judging.Deliveries;
using Herald.Judging.Events;
using Herald.Judging.Orders;
using Herald.Judging.Traces;

namespace Herald.Judging.Rules;

/// <summary>When an event is sent, all events before it in its key must have been received, or given up for a known reason.</summary>
public sealed class PassingJudge(Ledger ledger, GiveUps giveUps)
{
    public void Check(SubscriptionHistory history, DeliveryBook book, Delivery delivery, long nowMs, bool isShared)
    {
        var (one, lane) = (delivery.Event, delivery.Lane);
        if (one.Key is null || one.Sequence == 0)
            return;
        var clear = history.ClearSinceMs;
        if (lane.SinceMs <= clear)
            (lane.SinceMs, lane.AccountedBelow, lane.Highest) = (nowMs, 0, 0);
        if (one.Sequence < lane.Highest && !isShared && delivery.Attempts.Count == 0)
            throw new AccusedException(2, $"sent for the first time after sequence {lane.Highest} of its key: {delivery}");
        lane.Highest = Math.Max(lane.Highest, one.Sequence);
        if (lane.AccountedBelow >= one.Sequence)
            return;
        var line = ledger.Events.LineOf(lane.Line);
        for (var i = FirstFrom(line, lane.AccountedBelow); i < line.Count && line[i].Sequence < one.Sequence; i++)
            CheckAccounted(history, book, line[i], delivery, nowMs);
        lane.AccountedBelow = one.Sequence;
    }

    /// <summary>At the end, no event that is certainly wanted is missing without a reason.</summary>
    public void CheckAll(SubscriptionHistory history, DeliveryBook book, long nowMs)
    {
        foreach (var one in ledger.Events.Published)
            CheckAccounted(history, book, one, null, nowMs);
    }

    private void CheckAccounted(SubscriptionHistory history, DeliveryBook book, SentEvent one, Delivery? later, long nowMs)
    {
        if (one.Origin != Origin.Published || !Wanted.IsCertain(history, one, ledger.Events, nowMs))
            return;
        var delivery = book.Of(one);
        var since = long.MaxValue;
        foreach (var birth in history.Births(nowMs, nowMs, everywhere: false))
            since = Math.Min(since, birth!.AskedMs);
        if (delivery.ReceivedMs >= since || giveUps.Explain(history, delivery, nowMs) != GivenUp.Not)
            return;
        var tried = delivery.Last is { } last ? $"attempt {last.Number} was the last, {last.Ending}" : "never tried";
        throw later is null ? new AccusedException(3, $"never received, and nothing explains it ({tried}): {delivery}")
            : new AccusedException(1, $"passed over by sequence {later.Event.Sequence}, and nothing explains it ({tried}): {delivery}");
    }

    private static int FirstFrom(List<SentEvent> line, long sequence)
    {
        var (low, high) = (0, line.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (line[middle].Sequence < sequence)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
