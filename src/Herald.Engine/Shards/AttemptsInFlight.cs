using System.Runtime.InteropServices;

namespace Herald.Engine.Shards;

/// <summary>The attempts that a shard has under way, by when they were begun.</summary>
internal sealed class AttemptsInFlight
{
    private readonly Dictionary<long, int> _byTime = [];

    public int Count { get; private set; }

    /// <summary>When the last of those was begun that have not ended. Looks at all: for the end of a shard.</summary>
    public long YoungestMs => _byTime.Keys.Max();

    public void Begin(long atMs)
    {
        Count++;
        _byTime[atMs] = _byTime.GetValueOrDefault(atMs) + 1;
    }

    public void End(long begunAtMs)
    {
        Count--;
        if (--CollectionsMarshal.GetValueRefOrNullRef(_byTime, begunAtMs) == 0)
            _byTime.Remove(begunAtMs);
    }
}
