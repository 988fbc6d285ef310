using Herald.Judging.Deliveries;
using Herald.Judging.Traces;

namespace Herald.Judging.Rules;

/// <summary>
/// What the world has done to the nodes and to their way to the store. While it hinders them, late attempts are excused, and results that
/// were about to be saved can be lost.
/// </summary>
public sealed class Hindrances(Settings settings)
{
    private readonly List<(string Who, long FromMs, long ToMs)> _all = [];
    private readonly HashSet<string> _up = [];
    private readonly HashSet<string> _lacking = [];
    private readonly Dictionary<string, long> _goneAtMs = [];
    private long _storeRoughSince = long.MaxValue;
    private long _calmFromMs;

    /// <summary>
    /// Since when all nodes run with everything they need. <see cref="long.MaxValue"/> while they do not.
    /// </summary>
    public long CalmSinceMs => _up.Count < settings.Nodes || _lacking.Count > 0 || _storeRoughSince != long.MaxValue ? long.MaxValue
        : _calmFromMs;

    public void OnStore(Fact fact)
    {
        if (fact.Text("weather") != "calm")
        {
            _storeRoughSince = Math.Min(_storeRoughSince, fact.AtMs);
            return;
        }
        if (_storeRoughSince == long.MaxValue)
            return;
        // Requests from before are still under way.
        _all.Add(("", _storeRoughSince, fact.AtMs + settings.SlowestCallMs));
        _storeRoughSince = long.MaxValue;
        CalmFrom(fact.AtMs + settings.SlowestCallMs);
    }

    public void OnNode(Fact fact)
    {
        var (who, at) = (fact.Who, fact.AtMs);
        switch (fact.Verb)
        {
            case "started":
                _up.Add(who);
                if (fact.Find("lacks") is not null)
                    _lacking.Add(who);
                CalmFrom(at);
                break;
            case "stopping" or "starting":
                CalmFrom(at);
                _up.Remove(who);
                break;
            case "stopped" or "killed":
                if (fact.Verb == "killed")
                    _all.Add((who, at, at));
                _goneAtMs[who] = at;
                _up.Remove(who);
                _lacking.Remove(who);
                CalmFrom(at);
                break;
            default:
                var ends = at + fact.Number("for", 0) + settings.LeaseMs;
                _all.Add((who, at, ends));
                CalmFrom(ends);
                break;
        }
    }

    /// <summary>When the process ended. <see cref="long.MaxValue"/> while it runs.</summary>
    public long GoneAtMs(string who) => _goneAtMs.GetValueOrDefault(who, long.MaxValue);

    /// <summary>The node saved soon after this moment what it knew then, because nothing hindered it.</summary>
    public bool IsSaved(string who, long atMs)
    {
        if (who == Attempt.Unknown)
            return false;
        // A round of a shard can have other work first.
        var until = atMs + settings.CommitEveryMs + settings.LateMs;
        // A stopping node saves before it ends. So a stop excuses nothing here.
        if (_storeRoughSince <= until)
            return false;
        foreach (var (whose, from, to) in _all)
        {
            if ((whose == who || whose.Length == 0) && from <= until && to >= atMs)
                return false;
        }
        return true;
    }

    /// <summary>The node was disturbed lately: others can own its shards, and it can be unaware of that.</summary>
    public bool MayBeLate(string who, long atMs)
    {
        if (settings.LeaseMs == 0)
            return false;
        foreach (var (whose, from, to) in _all)
        {
            if ((whose == who || who == Attempt.Unknown) && from <= atMs && to + settings.RecoversMs >= atMs)
                return true;
        }
        return false;
    }

    private void CalmFrom(long atMs) => _calmFromMs = Math.Max(_calmFromMs, atMs + settings.RecoversMs);
}
