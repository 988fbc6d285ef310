using Herald.Judging.Deliveries;
using Herald.Judging.Events;
using Herald.Judging.Rules;
using Herald.Judging.Traces;

namespace Herald.Judging;

/// <summary>
/// Judges a trace, one fact after another, by what was asked for and what was received. It knows only what Herald promises to those who
/// publish, subscribe and operate, and uses no part of Herald.
/// </summary>
public sealed class TraceJudge
{
    private readonly Ledger _ledger = new();
    private readonly GiveUps _giveUps;
    private readonly AttemptJudge _attempts;
    private readonly PassingJudge _passing;
    private readonly LetterJudge _letters;
    private readonly OrderJudge _orders;
    private readonly WaitingJudge _waiting;
    private readonly ForwardJudge _forwards;
    private readonly DeletionJudge _deletions;
    private readonly Dictionary<string, Attempt> _open = [];
    private readonly Dictionary<string, string> _messageIds = [];

    public TraceJudge()
    {
        _giveUps = new GiveUps(_ledger);
        _attempts = new AttemptJudge(_ledger, _giveUps);
        _passing = new PassingJudge(_ledger, _giveUps);
        _letters = new LetterJudge(_ledger, _giveUps);
        _orders = new OrderJudge(_ledger, _letters);
        _waiting = new WaitingJudge(_ledger, _giveUps);
        _forwards = new ForwardJudge(_ledger);
        _deletions = new DeletionJudge(_ledger);
    }

    /// <summary>The longest wait so far, as a share of its bound.</summary>
    public double WorstWait => _waiting.Worst;

    /// <exception cref="AccusedException">A promise was broken.</exception>
    public void Take(Fact fact)
    {
        _ledger.NowMs = fact.AtMs;
        switch (fact.Verb)
        {
            case "settings":
                _ledger.Settings.Read(fact);
                break;
            case "store":
                _ledger.Hindrances.OnStore(fact);
                break;
            case "clock":
                _ledger.Settings.OnClock(fact.Number("ahead"));
                break;
            case "starting" or "started" or "stopping" or "stopped" or "killed" or "hindered":
                OnNode(fact);
                break;
            case "past":
                _ledger.Events.OnPast(fact);
                break;
            case "trimmed":
                _ledger.Events.OnTrimmed(fact);
                break;
            case "publish":
                _ledger.Events.OnPublish(fact);
                break;
            case "published":
                if (_ledger.Events.OnPublished(fact) is { } promised)
                    _waiting.OnPromised(promised);
                break;
            case "order":
                _orders.OnAsked(fact);
                break;
            case "done":
                _orders.OnDone(fact);
                break;
            case "followed":
                _orders.OnFollowed(fact);
                break;
            case "letter":
                _letters.OnListed(fact);
                break;
            case "attempt":
                OnAttempt(fact);
                break;
            case "received":
                OnReceived(fact);
                break;
            case "ended":
                OnEnded(fact);
                break;
            case "away" or "back":
                OnReach(fact);
                break;
            case "settled":
                OnSettled();
                break;
        }
        _orders.Settle();
        _waiting.Look();
        _deletions.Look();
    }

    private void OnNode(Fact fact)
    {
        _ledger.Hindrances.OnNode(fact);
        if (fact.Verb is not ("stopped" or "killed"))
            return;
        _orders.OnGone(fact.Who);
        // The sender is gone, so it cannot learn the results of its attempts.
        foreach (var (n, attempt) in _open.Where(one => one.Value.Sender == fact.Who || one.Value.Sender == Attempt.Unknown).ToList())
        {
            _open.Remove(n);
            Close(attempt);
        }
    }

    private void OnAttempt(Fact fact)
    {
        if (_ledger.Events.IsPast(LineOf(fact), fact.Number("sequence")))
            return;
        var one = Resolve(fact);
        var attempt = _attempts.Take(fact, one);
        var (lane, book) = (attempt.Delivery.Lane, _ledger.Of(attempt.Delivery.Lane.Subscription).Book);
        lane.Tried = attempt;
        one.AcceptedByMs = Math.Min(one.AcceptedByMs, fact.AtMs);
        _waiting.OnOver(book, lane, one.Sequence);
        // A request can arrive after its sender has ended.
        if (attempt.Sender != Attempt.Unknown && _ledger.Hindrances.GoneAtMs(attempt.Sender) <= fact.AtMs)
            Close(attempt);
        else
            _open[fact.Text("n")] = attempt;
        CheckMessageId(fact, one);
    }

    // A published event keeps its message id in every attempt. An event that Herald made has its own message id.
    private void CheckMessageId(Fact fact, SentEvent one)
    {
        if (one.Origin != Origin.Published || fact.Find("message") is not { } message)
            return;
        var place = $"{fact.Text("subscription")}\n{one.Line}\n{one.Id}";
        if (_messageIds.TryAdd(place, message) ? !_messageIds.TryAdd($"\n{message}", place) : _messageIds[place] != message)
            throw new AccusedException(14, $"its message id is {message}, which is another one's or has changed: {one}");
    }

    private SentEvent Resolve(Fact fact)
    {
        var (topic, key, id, sequence) = (fact.Text("topic"), fact.Find("key"), fact.Text("id"), fact.Number("sequence"));
        var content = EventBook.ContentOf(fact);
        var isRedriven = fact.Find("redelivery") == "redrive";
        if (!isRedriven && _ledger.Events.Find(topic, key, id, sequence) is { } published)
        {
            if (!published.Contents.Exists(content.Same))
                throw new AccusedException(4, $"sent with another content than it was published with: {published}");
            _ledger.Events.Place(published, sequence);
            return published;
        }
        var line = new SentEvent(Origin.Forwarded, topic, key, id, 0).Line;
        if (_ledger.Events.Find(line, sequence) is { } known)
        {
            if (!known.Contents.Exists(content.Same))
                throw new AccusedException(4, $"sent with another content than before: {known}");
            return known;
        }
        var origin = isRedriven ? Origin.Redriven : Origin.Forwarded;
        var made = new SentEvent(origin, topic, key, id, 0) { Address = isRedriven ? fact.Text("subscription") : null };
        made.Contents.Add(content);
        _ledger.Events.Place(made, sequence);
        if (isRedriven)
            _letters.OnRedriven(fact, made);
        else
            _forwards.OnForwarded(made, content);
        return made;
    }

    private void OnReceived(Fact fact)
    {
        // This also counts when the sender has ended or no longer waits.
        if (_ledger.Events.Find(LineOf(fact), fact.Number("sequence")) is not { } one)
            return;
        var (_, book) = _ledger.Of(fact.Text("subscription"));
        var delivery = book.Of(one);
        delivery.ReceivedMs = fact.AtMs;
        book.Served++;
        _waiting.OnOver(book, delivery.Lane, one.Sequence + 1);
    }

    // A receiver that is away counts as in trouble, and for a while after it is back.
    private void OnReach(Fact fact)
    {
        var (_, book) = _ledger.Of(fact.Text("subscription"));
        if (fact.Verb == "away")
            book.OnAway();
        else
            book.OnBack(fact.AtMs);
        book.TroubledMs = fact.AtMs;
    }

    private static string LineOf(Fact fact) => fact.Find("key") is { } key ? SentEvent.LineOf(fact.Text("topic"), key)
        : $"{fact.Text("topic")}\n\n{fact.Text("id")}";

    private void OnEnded(Fact fact)
    {
        if (!_open.Remove(fact.Text("n"), out var attempt))
            return;
        attempt.EndedMs = fact.AtMs;
        attempt.Ending = fact.Text("heard") switch
        {
            "ok" => Ending.Succeeded,
            "cut" => Ending.Cut,
            "gone" => Ending.Gone,
            "rejected" => Ending.Rejected,
            "expired" => Ending.Expired,
            _ => Ending.Failed,
        };
        attempt.RetryAfterMs = fact.Number("retryAfter", 0);
        attempt.MayBeLast = attempt.Ending == Ending.Expired || fact.Find("last") is not null;
        attempt.IsTroubled = fact.Find("troubled") is not null;
        Close(attempt);
        var (_, book) = _ledger.Of(attempt.Delivery.Lane.Subscription);
        _waiting.OnEnded(book, attempt);
        if (attempt.Ending == Ending.Succeeded)
            book.SucceededMs = fact.AtMs;
        if (attempt.Ending == Ending.Gone)
            _orders.OnEndpointGone(book.Subscription);
    }

    private void Close(Attempt attempt)
    {
        attempt.Delivery.Lane.Open.Remove(attempt);
        _ledger.Of(attempt.Delivery.Lane.Subscription).Book.Open.Remove(attempt);
    }

    private void OnSettled()
    {
        foreach (var (history, book) in _ledger.Subscriptions)
            _passing.CheckAll(history, book, _ledger.NowMs);
        _letters.CheckAll();
    }
}
