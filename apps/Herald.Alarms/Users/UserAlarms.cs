using System.Runtime.InteropServices;
using Herald.Alarms.Messages;
using Herald.Alarms.Retention;

namespace Herald.Alarms.Users;

/// <summary>
/// All that is known of one user: the rules of changes and digests. It knows nothing of messages' bytes and of state; time comes with each call.
/// </summary>
/// <remarks>Sorted by the bytes of the alarms' ids: an alarm is found in few steps, and the record is always the same.</remarks>
internal sealed class UserAlarms
{
    /// <summary>Of a user who was never heard.</summary>
    public const long Never = -1;

    private static readonly Comparison<AlarmEntry> ByAge = static (a, b) =>
        a.ChangedAt.CompareInstant(b.ChangedAt) is not 0 and var age ? age : a.Id.Span.SequenceCompareTo(b.Id.Span);

    // Room for more is given back when the user has been dealt with.
    private const int MostRoomKept = 64;

    private readonly List<AlarmEntry> _alarms = [];

    /// <summary>The period in which the user was heard last: with a change or a request.</summary>
    public long Heard { get; private set; } = Never;

    /// <summary>Since it was filled.</summary>
    public bool IsChanged { get; private set; }

    public int Count => _alarms.Count;
    public ReadOnlySpan<AlarmEntry> Alarms => CollectionsMarshal.AsSpan(_alarms);

    public void Clear() => Fill(Never);

    /// <summary>Begins with what was saved; the alarms are added next.</summary>
    public void Fill(long heard)
    {
        _alarms.Clear();
        if (_alarms.Capacity > MostRoomKept)
            _alarms.Capacity = 0;
        (Heard, IsChanged) = (heard, false);
    }

    /// <summary>Of what was saved, in the order of ids.</summary>
    public void Add(in AlarmEntry saved) => _alarms.Add(saved);

    /// <summary>
    /// The user is heard, or time has passed for a user who is silent: what was not heard of for long is forgotten. Of a user who was silent for
    /// so long only what a digest has still to tell is kept. What is left does not depend on how often this was asked for in between.
    /// </summary>
    /// <returns>How many alarms were forgotten.</returns>
    public int Hear(long period, Periods periods)
    {
        if (period <= Heard)
            return 0;
        var wasSilent = periods.IsOver(Heard, period);
        var forgotten = _alarms.RemoveAll(alarm => alarm.IsActive ? wasSilent && !alarm.IsDue : periods.IsOver(alarm.Heard, period));
        (Heard, IsChanged) = (period, true);
        return forgotten;
    }

    /// <param name="period">The one in which the change is heard.</param>
    /// <param name="most">Alarms that a user may have: past it the cleared one heard longest ago makes room.</param>
    public Taken Take(in StatusChange change, long period, int most)
    {
        var at = Find(change.Alarm);
        if (at < 0)
            return Insert(change, period, most);
        ref var known = ref CollectionsMarshal.AsSpan(_alarms)[at];
        if (known.Heard < period)
            (known.Heard, IsChanged) = (period, true);
        if (change.ChangedAt.CompareInstant(known.ChangedAt) < 0)
            return Taken.Older;
        if (change.Status != known.Status)
            (known.Status, known.IsDue, IsChanged) = (change.Status, true, true);
        if (change.ChangedAt != known.ChangedAt)
            (known.ChangedAt, IsChanged) = (change.ChangedAt, true);
        return Taken.Yes;
    }

    /// <summary>The active alarms that are due, oldest first; they are not due any more.</summary>
    public void TakeDue(List<AlarmEntry> into)
    {
        foreach (ref var alarm in CollectionsMarshal.AsSpan(_alarms))
        {
            if (!alarm.IsDue || !alarm.IsActive)
                continue;
            into.Add(alarm);
            (alarm.IsDue, IsChanged) = (false, true);
        }
        into.Sort(ByAge);
    }

    private Taken Insert(in StatusChange change, long period, int most)
    {
        while (_alarms.Count >= most)
        {
            if (!ForgetOldestCleared())
                return Taken.NoRoom;
        }
        IsChanged = true;
        _alarms.Insert(~Find(change.Alarm), new AlarmEntry
        {
            Id = change.Alarm.ToArray(),
            Status = change.Status,
            ChangedAt = change.ChangedAt,
            // Nothing was known of it: that is another status than this one.
            IsDue = true,
            Heard = period,
        });
        return Taken.Yes;
    }

    private bool ForgetOldestCleared()
    {
        var oldest = -1;
        for (var i = 0; i < _alarms.Count; i++)
        {
            if (!_alarms[i].IsActive && (oldest < 0 || _alarms[i].Heard < _alarms[oldest].Heard))
                oldest = i;
        }
        if (oldest >= 0)
            _alarms.RemoveAt(oldest);
        return oldest >= 0;
    }

    /// <returns>The index, or the complement of where it would be.</returns>
    private int Find(ReadOnlySpan<byte> alarm)
    {
        var alarms = CollectionsMarshal.AsSpan(_alarms);
        var (low, high) = (0, alarms.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = alarms[middle].Id.Span.SequenceCompareTo(alarm);
            if (order == 0)
                return middle;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        return ~low;
    }
}
