using Herald.Judging.Traces;

namespace Herald.Judging.Events;

/// <summary>
/// The events published under one topic, key and id: one, and another one after it when the store had forgotten the id by then. Requests
/// overlap, and some never get an answer. So only the sequence tells which request made an event.
/// </summary>
/// <param name="windowMs">How long the store remembers an id. <see cref="long.MaxValue"/>: as long as the trace lasts.</param>
public sealed class Editions(string topic, string? key, string id, long windowMs)
{
    // By the number of the request. A request without a number is never known to be answered.
    private readonly Dictionary<string, (long AskedMs, Content Content)> _unanswered = [];
    private readonly List<SentEvent> _all = [];

    /// <summary>In the order in which the judge learned of them.</summary>
    public IReadOnlyList<SentEvent> All => _all;

    public void OnAsked(Fact fact, Content content)
    {
        if (windowMs < long.MaxValue)
            _unanswered[fact.Text("n")] = (fact.AtMs, content);
        if (_all.Count == 0)
            _all.Add(new SentEvent(Origin.Published, topic, key, id, fact.AtMs));
        // Without a window, or while the event is not known to be accepted, this request can turn out to be the one that made it.
        if ((windowMs == long.MaxValue || !_all[^1].IsAccepted) && !_all[^1].Contents.Exists(content.Same))
            _all[^1].Contents.Add(content);
    }

    /// <summary>The event with this sequence, as a request or an answer gives it. Null: it can be none of these events.</summary>
    public SentEvent? Find(long sequence)
    {
        var found = _all.Find(one => one.Sequence == sequence) ?? _all.Find(one => one.Sequence == 0);
        if (found is not null || windowMs == long.MaxValue || _unanswered.Count == 0)
            return found;
        var next = new SentEvent(Origin.Published, topic, key, id, _unanswered.Values.Min(one => one.AskedMs));
        next.Contents.AddRange(_unanswered.Values.Select(one => one.Content).Where(content => !next.Contents.Exists(content.Same)));
        _all.Add(next);
        return next;
    }

    /// <summary>The event and the content that an answer stands for. Throws when the window does not allow the answer.</summary>
    public (SentEvent Event, Content Content) OnAnswered(Fact fact)
    {
        var sequence = fact.Number("sequence", 0);
        var known = (windowMs < long.MaxValue ? Find(sequence) : null) ?? _all[^1];
        if (windowMs == long.MaxValue || !_unanswered.Remove(fact.Text("n"), out var asked))
            return (known, known.Contents.Find(one => one.Digest == fact.Text("digest"))!);
        if (fact.Text("verdict") == "accepted")
            CheckForgotten(known, asked.AskedMs, fact.AtMs);
        else if (known.IsAccepted && asked.AskedMs - known.AcceptedByMs > windowMs)
            throw new AccusedException(8, $"taken for a duplicate {asked.AskedMs - known.AcceptedByMs} ms after it was accepted, though ids are held for {windowMs} ms: {known}");
        return (known, asked.Content);
    }

    /// <summary>The store took nothing of this request.</summary>
    public void OnRefused(Fact fact)
    {
        if (fact.Find("n") is { } n)
            _unanswered.Remove(n);
    }

    // Each event was accepted between its request and its answer. Two are certainly too close when even the far ends of these times are.
    private void CheckForgotten(SentEvent accepted, long askedMs, long answeredMs)
    {
        foreach (var other in _all)
        {
            if (other == accepted || !other.IsAccepted)
                continue;
            var apart = Math.Max(answeredMs - other.AskedMs, other.AcceptedByMs - askedMs);
            if (apart < windowMs)
                throw new AccusedException(8, $"accepted twice within {apart} ms, though ids are held for {windowMs} ms: {accepted}, and sequence {other.Sequence}");
        }
    }
}
