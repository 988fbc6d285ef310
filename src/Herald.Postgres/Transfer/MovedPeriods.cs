using Herald.Engine.Transfer;
using Herald.Postgres.Periods;

namespace Herald.Postgres.Transfer;

/// <summary>
/// Assigns imported events to tables by the time they were accepted, as if they had been accepted here, so that retention can drop the old
/// ones first. About a hundred tables at most, however far back the events reach.
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

    /// <summary>Returns the number of the period for a shard's next event.</summary>
    public long Take(int shard, long sequence, long acceptedAtMs)
    {
        // Never a period before that of the previous event, whatever the event's time is.
        var number = _current[shard] = Math.Max(_current[shard], 1 + Math.Max(0, (acceptedAtMs - _oldestMs) / _widthMs));
        if (!_lasts.TryGetValue(number, out var lasts))
            _lasts.Add(number, lasts = new long[_current.Length]);
        lasts[shard] = sequence;
        return number;
    }

    /// <summary>Returns all periods; call it after the last event. At least one.</summary>
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
