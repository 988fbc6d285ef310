using Herald.Judging.Events;
using Herald.Judging.Orders;

namespace Herald.Judging.Rules;

/// <summary>Decides which subscription gets an event, by the filters that operators wrote and by where subscriptions begin.</summary>
public static class Wanted
{
    /// <summary>The subscription wants the event as things stand now, whatever the outcome of the unknown orders.</summary>
    public static bool IsCertain(SubscriptionHistory history, SentEvent one, EventBook events, long nowMs)
    {
        if (one.Origin != Origin.Published || !one.IsPromised)
            return false;
        foreach (var birth in history.Births(nowMs, nowMs, everywhere: false))
        {
            if (birth is null or { What: Order.Delete } || !birth.IsCertain || birth.EndsMs == long.MaxValue
                || !IsWithin(birth, one, events) || !IsMatched(history, birth, one))
                return false;
        }
        return true;
    }

    /// <summary>At least one possible outcome of the unknown orders gives the event to the subscription.</summary>
    public static bool IsPossible(SubscriptionHistory history, SentEvent one, long nowMs)
    {
        var births = history.Births(nowMs, nowMs, everywhere: true);
        var acceptedBy = Math.Min(one.AcceptedByMs, nowMs);
        foreach (var birth in births)
        {
            if (birth is null or { What: Order.Delete })
                continue;
            if (one.Origin == Origin.Redriven)
                return true;
            // What is accepted after the order is never left out, whatever its sequence.
            if (acceptedBy < birth.AskedMs
                && (birth.From == "now" || (IsSequence(birth, out var from) && one.Sequence > 0 && one.Sequence < from)))
                continue;
            var by = Math.Min(birth.EndsMs, nowMs);
            if (Matches(history, one, one.AskedMs, acceptedBy, all: false) || (one.AskedMs <= by
                && Matches(history, one, birth.AskedMs, by, all: false)))
                return true;
        }
        return false;
    }

    private static bool IsSequence(Order birth, out long from) => long.TryParse(birth.From, out from);

    private static bool IsWithin(Order birth, SentEvent one, EventBook events)
    {
        if (one.AskedMs > birth.EndsMs)
            return true;
        if (birth.From == "now" || one.AcceptedByMs >= birth.AskedMs || events.IsTrimmed(one))
            return false;
        return !IsSequence(birth, out var from) || (one.Sequence > 0 && one.Sequence >= from);
    }

    // For older events, a replay or a start in the past matches with the filter that was in force when it began.
    private static bool IsMatched(SubscriptionHistory history, Order birth, SentEvent one)
    {
        if (one.AskedMs > birth.EndsMs)
            return Matches(history, one, one.AskedMs, one.AcceptedByMs, all: true);
        return Matches(history, one, birth.AskedMs, Math.Max(birth.EndsMs, one.AcceptedByMs), all: true);
    }

    private static bool Matches(SubscriptionHistory history, SentEvent one, long fromMs, long toMs, bool all)
    {
        var any = false;
        foreach (var definition in history.Definitions(fromMs, toMs, everywhere: false))
        {
            any = true;
            var wants = one.Contents.Exists(content => definition.Wants(one.Topic, content.Type, content.Attributes));
            if (wants != all)
                return wants;
        }
        return any && all;
    }
}
