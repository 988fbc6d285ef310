using System.Runtime.InteropServices;

namespace Herald.Engine.Shards;

/// <summary>The attempts of a shard that are under way, by the time at which they began.</summary>
internal sealed class AttemptsInFlight
{
    private readonly Dictionary<long, int> _byTime = [];

    public int Count { get; private set; }

    /// <summary>
    /// The time at which the youngest attempt under way began. It examines all attempts, so it is only for the end of a shard.
    /// </summary>
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
