using Herald.Judging.Traces;

namespace Herald.Judging.Events;

/// <summary>
/// What was published under one topic, key and id: one event, and another one after it where the id had been forgotten by then. Requests overlap, and some are never
/// answered, so which of them made an event is known by its sequence alone.
/// </summary>
/// <param name="windowMs">How long an id is held against its event; <see cref="long.MaxValue"/>: for as long as the trace lasts.</param>
public sealed class Editions(string topic, string? key, string id, long windowMs)
{
    // By the number of the request; those without a number are never known to be answered.
    private readonly Dictionary<string, (long AskedMs, Content Content)> _unanswered = [];
    private readonly List<SentEvent> _all = [];

    /// <summary>In the order in which they were heard of.</summary>
    public IReadOnlyList<SentEvent> All => _all;

    public void OnAsked(Fact fact, Content content)
    {
        if (windowMs < long.MaxValue)
            _unanswered[fact.Text("n")] = (fact.AtMs, content);
        if (_all.Count == 0)
            _all.Add(new SentEvent(Origin.Published, topic, key, id, fact.AtMs));
        // What is accepted without a window, or not known to be accepted, may yet turn out to be this.
        if ((windowMs == long.MaxValue || !_all[^1].IsAccepted) && !_all[^1].Contents.Exists(content.Same))
            _all[^1].Contents.Add(content);
    }

    /// <summary>The one with this sequence, as a request or an answer tells it. Null: it can be none of them.</summary>
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

    /// <summary>Which of them an answer speaks of, and with which content. An answer that the window does not allow is accused.</summary>
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

    /// <summary>It asked for nothing that was taken.</summary>
    public void OnRefused(Fact fact)
    {
        if (fact.Find("n") is { } n)
            _unanswered.Remove(n);
    }

    // Each was accepted between its asking and its answer: two are certainly too near to each other when even the ends of these times are.
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
