using Herald.Engine.Moving;
using Herald.Postgres.Periods;

namespace Herald.Postgres.Moving;

/// <summary>
/// Which tables imported events go to: cut by the time they were accepted, as they would have been if they had been accepted here, so that
/// retention can drop the old ones first. At most about a hundred, however far back they reach.
/// </summary>
internal sealed class MovedPeriods
{
    private const int Most = 100;

    private readonly StoreShape _shape;
    private readonly long _oldestMs, _widthMs;
    private readonly SortedDictionary<long, long[]> _lasts = [];
    private readonly long[] _current;

    public MovedPeriods(StoreShape shape, TimeSpan periodAge)
    {
        _shape = shape;
        _current = new long[shape.Shards.Count];
        var kept = shape.Shards.Where(shard => shard.Kept > 0).ToList();
        _oldestMs = kept.Count == 0 ? 0 : kept.Min(shard => shard.OldestMs);
        var spanMs = kept.Count == 0 ? 0 : kept.Max(shard => shard.NewestMs) - _oldestMs;
        _widthMs = Math.Max((long)periodAge.TotalMilliseconds, (spanMs / Most) + 1);
    }

    /// <summary>The number of the period of a shard's next event.</summary>
    public long Take(int shard, long sequence, long acceptedAtMs)
    {
        // Never one before that of the event before it, whatever its time.
        var number = _current[shard] = Math.Max(_current[shard], 1 + Math.Max(0, (acceptedAtMs - _oldestMs) / _widthMs));
        if (!_lasts.TryGetValue(number, out var lasts))
            _lasts.Add(number, lasts = new long[_current.Length]);
        lasts[shard] = sequence;
        return number;
    }

    /// <summary>All that there are once every event has been taken; one at least.</summary>
    public IEnumerable<Period> All(long nowMs)
    {
        long[] heads = [.. _shape.Shards.Select(shard => shard.First - 1)];
        if (_lasts.Count == 0)
            yield return new Period(1, nowMs, heads);
        foreach (var (number, lasts) in _lasts)
        {
            yield return new Period(number, _oldestMs + ((number - 1) * _widthMs), [.. heads]);
            for (var shard = 0; shard < heads.Length; shard++)
                heads[shard] = Math.Max(heads[shard], lasts[shard]);
        }
    }
}
