using Herald.Judging.Traces;
using Herald.TestKit.Traces;

namespace Herald.EndToEnd.PowerLoss;

/// <summary>
/// All facts of a trace, each with the place in the log of the disk at that moment. After a crash at an earlier place, what came later did
/// not happen.
/// </summary>
internal sealed class Timeline
{
    private readonly TraceRecorder _trace;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _promised = [], _askedOnce = [];
    private readonly HashSet<(string Subscription, string Id)> _received = [];
    private List<(Fact Fact, long Place)> _facts = [];
    private List<string> _asked = [];
    private RecordedDisk? _disk;

    public Timeline(TraceRecorder trace)
    {
        _trace = trace;
        trace.Told = Take;
    }

    /// <summary>The place of now.</summary>
    public long Now => _disk?.Place ?? 0;

    /// <summary>How many events were promised.</summary>
    public int Promised
    {
        get
        {
            lock (_lock)
                return _promised.Count;
        }
    }

    /// <summary>Everything until now was before this disk was mounted.</summary>
    public void Begin(RecordedDisk disk)
    {
        lock (_lock)
            (_disk, _facts) = (disk, [.. _facts.Select(one => (one.Fact, 0L))]);
    }

    /// <summary>The places of the promises since the disk was mounted.</summary>
    public IReadOnlyList<long> Promises()
    {
        lock (_lock)
            return [.. _facts.Where(one => one.Place > 0 && one.Fact.Verb is "published" or "done").Select(one => one.Place)];
    }

    /// <summary>Forgets what came after this place. Processes that lived there were killed by the crash.</summary>
    public void GoBackTo(long place)
    {
        Fact[] kept;
        lock (_lock)
        {
            _facts.RemoveAll(one => one.Place > place);
            kept = [.. _facts.Select(one => one.Fact)];
            (_asked, _disk) = ([], null);
            _promised.Clear();
            _askedOnce.Clear();
            _received.Clear();
            foreach (var fact in kept)
                Count(fact);
        }
        _trace.GoBack(kept);
        var ended = kept.Where(fact => fact.Verb is "stopped" or "killed").Select(fact => fact.Who).ToHashSet();
        foreach (var process in kept.Where(fact => fact.Verb == "starting" && !ended.Contains(fact.Who)).Select(fact => fact.Who))
            _trace.Tell(process, "killed");
    }

    /// <summary>The ids of events that were promised, or that were sent without an answer, in the order in which they were sent.</summary>
    public IReadOnlyList<string> Ids(bool promised)
    {
        lock (_lock)
            return [.. _asked.Where(id => _promised.Contains(id) == promised)];
    }

    /// <summary>The first promised event that one of the subscriptions has not received.</summary>
    public string? FindMissing(IEnumerable<string> subscriptions)
    {
        lock (_lock)
        {
            foreach (var subscription in subscriptions)
                foreach (var id in _promised)
                    if (!_received.Contains((subscription, id)))
                        return $"{id} for {subscription}";
            return null;
        }
    }

    private void Take(Fact fact)
    {
        lock (_lock)
        {
            _facts.Add((fact, Now));
            Count(fact);
        }
    }

    private void Count(Fact fact)
    {
        switch (fact.Verb)
        {
            case "publish" when _askedOnce.Add(fact.Text("id")):
                _asked.Add(fact.Text("id"));
                break;
            case "published" when fact.Text("verdict") is "accepted" or "duplicate":
                _promised.Add(fact.Text("id"));
                break;
            case "received":
                _received.Add((fact.Text("subscription"), fact.Text("id")));
                break;
        }
    }
}
