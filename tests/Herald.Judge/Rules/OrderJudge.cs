using Herald.Judging.Deliveries;
using Herald.Judging.Orders;
using Herald.Judging.Traces;

namespace Herald.Judging.Rules;

/// <summary>Records the orders of operators and their answers: from when the order can be in force, and from when it must be.</summary>
public sealed class OrderJudge(Ledger ledger, LetterJudge letters)
{
    private readonly Dictionary<string, Order> _open = [];
    private readonly List<(Delivery Delivery, Order Order)> _discarded = [];

    public void OnAsked(Fact fact)
    {
        var subscription = fact.Find("subscription") ?? "";
        var what = fact.Text("what");
        var order = new Order(what, subscription, fact.Text("through"), fact.AtMs)
        {
            Definition = fact.Find("definition") is { } definition ? Definition.Parse(definition) : null,
            From = fact.Find("from") ?? "now",
            Shard = (int)fact.Number("shard", -1),
            Sequence = fact.Number("sequence", 0),
            Discards = fact.Find("discard") == "true",
            Letters = fact.Find("letters")?.Split(',') ?? [],
        };
        if (what == Order.Put)
            order.Creates = null;
        _open[fact.Text("n")] = order;
        if (what is Order.Redrive or Order.DiscardLetters)
        {
            letters.OnAsked(order);
            return;
        }
        var (history, book) = ledger.Of(subscription);
        history.Add(order);
        history.Asked();
        if (order.IsRebirth)
            book.ForgetWaiting();
        if (what == Order.Release)
            OnRelease(order);
    }

    public void OnDone(Fact fact)
    {
        if (!_open.Remove(fact.Text("n"), out var order))
            return;
        var outcome = fact.Text("outcome");
        order.IsDone = outcome switch
        {
            "created" or "updated" or "unchanged" or "deleted" or "done" => true,
            "unknown" => null,
            _ => false,
        };
        (order.EndsMs, order.Version) = (fact.AtMs, fact.Number("version", 0));
        if (order.What == Order.Put && order.IsDone == true)
            order.Creates = outcome == "created";
        // One node has all shards and has done it, so no other node has to learn of the order. A node that does not know whether the store
        // took the order works on as before until it learns.
        var isAlone = order.IsDone == true && ledger.Settings.Nodes == 1 && ledger.Settings.LeaseMs == 0 && fact.Find("alone") is not null;
        order.InForceMs = order.IsDone == false ? fact.AtMs : fact.AtMs + (isAlone ? 0 : ledger.Settings.FollowMs);
        if (order.What is Order.Redrive or Order.DiscardLetters)
            letters.OnDone(order, fact);
        else
            End(order);
    }

    /// <summary>Every node works with this version of the subscription.</summary>
    public void OnFollowed(Fact fact)
    {
        var (history, _) = ledger.Of(fact.Text("subscription"));
        foreach (var order in history.Orders)
        {
            if (order.Version > 0 && order.Version <= fact.Number("version"))
                order.InForceMs = Math.Min(order.InForceMs, fact.AtMs);
        }
        history.Asked();
    }

    /// <summary>A process has ended, so its open orders get no answer. Requests that it had under way can still arrive.</summary>
    public void OnGone(string process)
    {
        foreach (var (n, order) in _open.Where(one => one.Value.Through == process).ToList())
        {
            _open.Remove(n);
            order.EndsMs = ledger.NowMs + ledger.Settings.SlowestCallMs;
            order.InForceMs = order.EndsMs + ledger.Settings.FollowMs;
            if (order.What is not (Order.Redrive or Order.DiscardLetters))
                End(order);
        }
    }

    /// <summary>An endpoint answered that it is gone. Herald can stop sending to it until an operator resumes the subscription.</summary>
    public void OnEndpointGone(string subscription)
    {
        var (history, _) = ledger.Of(subscription);
        var order = new Order(Order.Gone, subscription, "", ledger.NowMs) { EndsMs = ledger.NowMs + ledger.Settings.SlowestCallMs };
        order.InForceMs = order.EndsMs + ledger.Settings.FollowMs;
        history.Add(order);
        history.Ended(order);
    }

    /// <summary>
    /// Takes a discard as certain some time after its answer, when nothing can have kept the node from saving it.
    /// </summary>
    public void Settle()
    {
        for (var i = _discarded.Count - 1; i >= 0; i--)
        {
            var (delivery, order) = _discarded[i];
            if (ledger.NowMs < order.EndsMs + SavedAfterMs)
                continue;
            _discarded.RemoveAt(i);
            if (ledger.Settings.Nodes == 1 && ledger.Hindrances.IsSaved(order.Through, order.EndsMs))
                delivery.CertainlyDiscardedMs = order.AskedMs;
        }
    }

    private const long SavedAfterMs = 2000;

    private void End(Order order)
    {
        ledger.Of(order.Subscription).History.Ended(order);
        order.Ended?.Invoke(order.IsDone is null ? order.InForceMs : order.EndsMs);
    }

    // The head is tried again from the first attempt.
    private void OnRelease(Order order)
    {
        var (_, book) = ledger.Of(order.Subscription);
        foreach (var delivery in book.All)
        {
            if (delivery.Event.Sequence == order.Sequence && (delivery.Event.Shard < 0 || delivery.Event.Shard == order.Shard))
            {
                // Nobody knows the shard of an event that a broker brought. It may be the one that the order means, or not.
                var isMeant = delivery.Event.Shard == order.Shard;
                delivery.OnReleaseAsked();
                order.Ended += by =>
                {
                    delivery.OnReleaseEnded(by);
                    if (!isMeant || !order.IsCertain)
                        return;
                    // For a discard, the judge does not trust the answer alone: see Settle.
                    if (order.Discards)
                        _discarded.Add((delivery, order));
                    else
                        delivery.CertainlyReleasedMs = order.AskedMs;
                };
            }
        }
    }
}
