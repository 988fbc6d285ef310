using Herald.Judging.Rules;
using Herald.Judging.Traces;

namespace Herald.Judging.Events;

/// <summary>All events, by what was published, answered and received.</summary>
public sealed class EventBook(Settings settings)
{
    private readonly Dictionary<(string Topic, string? Key, string Id), Editions> _published = [];
    private readonly Dictionary<(string Line, long Sequence), SentEvent> _bySequence = [];

    // By topic and key, in the order of their sequences, as far as these are known.
    private readonly Dictionary<string, List<SentEvent>> _lines = [];
    private readonly Dictionary<int, long> _trimmed = [];

    // By topic and key: everything up to this sequence was settled before the trace begins.
    private readonly Dictionary<string, long> _past = [];

    public IEnumerable<SentEvent> Published => _published.Values.SelectMany(editions => editions.All);

    /// <summary>The events of this topic and key whose sequence is known, in order.</summary>
    public List<SentEvent> LineOf(string line) => _lines.TryGetValue(line, out var found) ? found : _lines[line] = [];

    /// <summary>
    /// The published event with this topic, key and id, and with this sequence or a sequence that is still unknown. Null when it cannot be
    /// a published one.
    /// </summary>
    public SentEvent? Find(string topic, string? key, string id, long sequence) => _published.GetValueOrDefault((topic, key, id))?.Find(sequence);

    public SentEvent? Find(string line, long sequence) => _bySequence.GetValueOrDefault((line, sequence));

    public static Content ContentOf(Fact fact)
    {
        Dictionary<string, string>? attributes = null;
        foreach (var (name, value) in fact.Beginning("a."))
            (attributes ??= [])[name] = value;
        return new(fact.Find("type"), attributes ?? None, fact.Text("digest"));
    }

    private static readonly Dictionary<string, string> None = [];

    public void OnPublish(Fact fact)
    {
        var place = (fact.Text("topic"), fact.Find("key"), fact.Text("id"));
        if (!_published.TryGetValue(place, out var editions))
            _published[place] = editions = new Editions(place.Item1, place.Item2, place.Item3, settings.DuplicateWindowMs);
        editions.OnAsked(fact, ContentOf(fact));
    }

    /// <returns>The event that this answer promises for the first time. Null when it was promised before, or is not promised.</returns>
    public SentEvent? OnPublished(Fact fact)
    {
        var editions = _published.GetValueOrDefault((fact.Text("topic"), fact.Find("key"), fact.Text("id")));
        if (fact.Text("verdict") is not ("accepted" or "duplicate"))
        {
            editions?.OnRefused(fact);
            return null;
        }
        var (known, content) = editions?.OnAnswered(fact) ?? throw new AccusedException(8, $"answered for an event that nobody has asked for: {fact}");
        if (known.IsPromised && !known.Contents[0].Same(content))
            throw new AccusedException(8, $"two contents were taken under one id: {known}");
        known.Contents.Clear();
        known.Contents.Add(content);
        known.AcceptedByMs = Math.Min(known.AcceptedByMs, fact.AtMs);
        if (fact.Find("sequence") is not null)
        {
            if (known.Shard >= 0 && known.Shard != fact.Number("shard"))
                throw new AccusedException(7, $"first said to be in shard {known.Shard}, then in {fact.Number("shard")}: {known}");
            known.Shard = (int)fact.Number("shard");
            Place(known, fact.Number("sequence"));
        }
        if (known.IsPromised)
            return null;
        known.IsPromised = true;
        return known;
    }

    /// <summary>Records the sequence that an answer or a request gives for the event.</summary>
    public void Place(SentEvent one, long sequence)
    {
        if (one.Sequence == sequence)
            return;
        if (one.Sequence > 0)
            throw new AccusedException(7, $"another sequence was told of it, {sequence}: {one}");
        if (one.Key is not null && (_bySequence.ContainsKey((one.Line, sequence)) || IsPast(one.Line, sequence)))
            throw new AccusedException(7, $"another event of its key has the sequence {sequence}: {one}");
        one.Sequence = sequence;
        _bySequence[(one.Line, sequence)] = one;
        var line = LineOf(one.Line);
        var at = line.Count;
        while (at > 0 && line[at - 1].Sequence > sequence)
            at--;
        line.Insert(at, one);
        CheckOrder(line, at);
    }

    /// <summary>
    /// Everything of this key up to a sequence was settled before the trace begins. It can come again and is no longer judged.
    /// </summary>
    public void OnPast(Fact fact) => _past[SentEvent.LineOf(fact.Text("topic"), fact.Text("key"))] = fact.Number("sequence");

    public bool IsPast(string line, long sequence) => sequence <= _past.GetValueOrDefault(line);

    public void OnTrimmed(Fact fact) => _trimmed[(int)fact.Number("shard")] = fact.Number("first");

    /// <summary>Retention has freed the log beyond this event. Single events can still be there.</summary>
    public bool IsTrimmed(SentEvent one) => _trimmed.Count > 0
        && (one.Shard < 0 ? _trimmed.Values.Any(first => one.Sequence < first) : _trimmed.TryGetValue(one.Shard, out var first)
            && one.Sequence < first);

    // A publisher that publishes an event after the answer for another one has put the two in order.
    private static void CheckOrder(List<SentEvent> line, int at)
    {
        var one = line[at];
        if (one.Key is null || one.Origin != Origin.Published)
            return;
        for (var before = at - 1; before >= 0 && before >= at - 3; before--)
        {
            if (line[before].Origin == Origin.Published && one.IsAccepted && one.AcceptedByMs < line[before].AskedMs)
                throw new AccusedException(7, $"accepted before its predecessor in the log was published: {one}, behind {line[before]}");
        }
        for (var after = at + 1; after < line.Count && after <= at + 3; after++)
        {
            if (line[after].Origin == Origin.Published && line[after].IsAccepted && line[after].AcceptedByMs < one.AskedMs)
                throw new AccusedException(7, $"published after its successor in the log was accepted: {one}, before {line[after]}");
        }
    }
}
