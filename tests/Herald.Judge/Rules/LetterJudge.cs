using Herald.Judging.Deliveries;
using Herald.Judging.Events;
using Herald.Judging.Orders;
using Herald.Judging.Traces;

namespace Herald.Judging.Rules;

/// <summary>
/// Dead letters: one for each delivery that a policy gave up so, and none without a cause. A redriven event is received again, a discarded
/// one never.
/// </summary>
public sealed class LetterJudge(Ledger ledger, GiveUps giveUps)
{
    private readonly Dictionary<string, Letter> _letters = [];
    private readonly HashSet<(string Subscription, string Line, long Sequence)> _places = [];

    // By subscription and event: the sequences at which redrives were received.
    private readonly Dictionary<(string Subscription, string Line, string Id), HashSet<long>> _redriven = [];

    private sealed record Letter(string Subscription, string Line, string EventId, long Sequence)
    {
        public long GoneMs { get; set; } = long.MaxValue;
        public Order? Redrive { get; set; }
    }

    /// <summary>An operator has been shown the dead letter.</summary>
    public void OnListed(Fact fact)
    {
        if (fact.Find("subscription") is not { } subscription)
            return; // the dead letter of a message that was no event
        var id = fact.Text("letter");
        var one = new SentEvent(Origin.Published, fact.Text("topic"), fact.Find("key"), fact.Text("id"), 0);
        one.Sequence = fact.Number("sequence");
        if (!_letters.TryGetValue(id, out var letter))
        {
            _letters[id] = letter = new Letter(subscription, one.Line, one.Id, one.Sequence);
            _places.Add((subscription, one.Line, one.Sequence));
            CheckCause(fact, letter);
        }
        if (fact.Number("asked", fact.AtMs) > letter.GoneMs)
            throw new AccusedException(3, $"a dead letter is there that was discarded or redriven: {id}, {one}, subscription {subscription}");
    }

    private void CheckCause(Fact fact, Letter letter)
    {
        var (history, book) = ledger.Of(letter.Subscription);
        var one = ledger.Events.Find(letter.Line, letter.Sequence);
        if (one is not null && book.MayHaveMissed(book.Find(one)?.Last?.AtMs ?? one.AskedMs))
            return;
        if (one is null || book.Find(one) is not { Last: { } last } delivery)
            throw new AccusedException(3, $"a dead letter of what was never tried: sequence {letter.Sequence} of subscription "
                + $"{letter.Subscription}");
        // It can have been given up before a replay and received since.
        var begun = delivery.Attempts[0].AtMs;
        if (last.AtMs <= history.ClearSinceMs || history.Orders.Any(order => order is { IsRebirth: true, IsPossible: true }
            && order.InForceMs >= begun))
            return;
        var isSame = last.Number == fact.Number("attempts") || ledger.Hindrances.MayBeLate(last.Sender, ledger.NowMs) || !last.Counts;
        if (last.Ending == Ending.Succeeded || !isSame)
            throw new AccusedException(13, $"a dead letter tells of {fact.Number("attempts")} attempts, but the last one was {last.Number}, "
                + $"{last.Ending}: {delivery}");
    }

    public void OnAsked(Order order)
    {
        foreach (var id in order.Letters)
        {
            if (order.What == Order.Redrive && _letters.TryGetValue(id, out var letter))
                letter.Redrive ??= order;
        }
    }

    public void OnDone(Order order, Fact fact)
    {
        // The count says how many were still there. Another order can have been faster, or the subscription is gone and its dead letters
        // stay.
        var isUnclear = order.What == Order.Redrive && fact.Number("count", -1) < order.Letters.Count;
        foreach (var id in order.Letters)
        {
            if (!order.IsCertain || !_letters.TryGetValue(id, out var letter))
                continue;
            if (isUnclear)
                letter.Redrive = Uncertain;
            else
                letter.GoneMs = Math.Min(letter.GoneMs, fact.AtMs);
        }
    }

    private static readonly Order Uncertain = new(Order.Redrive, "", "", 0);

    public void OnRedriven(Fact fact, SentEvent one)
    {
        var subscription = fact.Text("subscription");
        var place = (subscription, one.Line, one.Id);
        if (!_redriven.TryGetValue(place, out var sequences))
            _redriven[place] = sequences = [];
        if (!sequences.Add(one.Sequence))
            return;
        var asked = 0;
        foreach (var letter in _letters.Values)
            asked += letter.Redrive is not null && (letter.Subscription, letter.Line, letter.EventId) == place ? 1 : 0;
        if (asked < sequences.Count)
            throw new AccusedException(3, $"sent as redriven {sequences.Count} times, but asked for {asked} times: {one}, subscription "
                + $"{subscription}");
    }

    /// <summary>All dead letters have been listed, and everything has settled.</summary>
    public void CheckAll()
    {
        foreach (var group in _letters.Values.GroupBy(letter => (letter.Subscription, letter.Line, letter.EventId)))
        {
            var (history, _) = ledger.Of(group.Key.Subscription);
            var certain = group.Count(letter => letter.Redrive is { IsCertain: true } redrive && redrive.AskedMs > history.ClearSinceMs
                && history.RunsCertainly(ledger.NowMs, ledger.NowMs)
                    && !history.Definitions(redrive.AskedMs, ledger.NowMs, everywhere: true).Any(d =>
                    !double.IsPositiveInfinity(d.Retry.TtlMs))
                && !history.MayStandStill(redrive.AskedMs, ledger.NowMs));
            if (certain > (_redriven.GetValueOrDefault(group.Key)?.Count ?? 0))
                throw new AccusedException(3, $"redriven {certain} times, and not received: event {group.Key.EventId}, subscription "
                    + $"{group.Key.Subscription}");
        }
        foreach (var (history, book) in ledger.Subscriptions)
        {
            foreach (var delivery in book.All)
            {
                if (delivery.Event.Origin == Origin.Published && delivery.ReceivedMs == long.MinValue
                    && giveUps.IsExhaustedForCertain(history, delivery, byLetter: true)
                    && !_places.Contains((book.Subscription, delivery.Event.Line, delivery.Event.Sequence)))
                    throw new AccusedException(3, $"given up by its policy, and there is no dead letter: {delivery}");
            }
        }
    }
}
