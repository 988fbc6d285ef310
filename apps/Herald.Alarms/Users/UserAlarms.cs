using System.Runtime.InteropServices;
using Herald.Alarms.Messages;
using Herald.Alarms.Retention;

namespace Herald.Alarms.Users;

/// <summary>The alarms of one user, with the rules of changes and digests.</summary>
/// <remarks>
/// It does not know the bytes of messages or how state is saved, and each call passes the time. The alarms are sorted by the bytes of their
/// ids: an alarm is found by binary search, and the record does not depend on the order of arrival.
/// </remarks>
internal sealed class UserAlarms
{
    /// <summary>The period of a user who was never heard.</summary>
    public const long Never = -1;

    private static readonly Comparison<AlarmEntry> ByAge = static (a, b) =>
        a.ChangedAt.CompareInstant(b.ChangedAt) is not 0 and var age ? age : a.Id.Span.SequenceCompareTo(b.Id.Span);

    // More capacity is released after the user has been processed.
    private const int MostRoomKept = 64;

    private readonly List<AlarmEntry> _alarms = [];

    /// <summary>The period in which the user was last heard, by a change or a request.</summary>
    public long Heard { get; private set; } = Never;

    /// <summary>The user has changed since it was filled.</summary>
    public bool IsChanged { get; private set; }

    public int Count => _alarms.Count;
    public ReadOnlySpan<AlarmEntry> Alarms => CollectionsMarshal.AsSpan(_alarms);

    public void Clear() => Fill(Never);

    /// <summary>Starts from the saved record. The alarms are added next.</summary>
    public void Fill(long heard)
    {
        _alarms.Clear();
        if (_alarms.Capacity > MostRoomKept)
            _alarms.Capacity = 0;
        (Heard, IsChanged) = (heard, false);
    }

    /// <summary>Adds a saved alarm. They come in the order of their ids.</summary>
    public void Add(in AlarmEntry saved) => _alarms.Add(saved);

    /// <summary>
    /// Records that the user is heard, or that time has passed for a silent user, and forgets what is too old: cleared alarms that were not
    /// heard for long. If the user was silent for that long, only active alarms that are due stay.
    /// </summary>
    /// <remarks>The result does not depend on how often this was called in between.</remarks>
    /// <returns>The number of alarms that were forgotten.</returns>
    public int Hear(long period, Periods periods)
    {
        if (period <= Heard)
            return 0;
        var wasSilent = periods.IsOver(Heard, period);
        var forgotten = _alarms.RemoveAll(alarm => alarm.IsActive ? wasSilent && !alarm.IsDue : periods.IsOver(alarm.Heard, period));
        (Heard, IsChanged) = (period, true);
        return forgotten;
    }

    /// <param name="period">The period in which the change is heard.</param>
    /// <param name="most">Maximum alarms of a user. Above it, the cleared alarm that was heard longest ago makes room.</param>
    public ChangeOutcome Take(in StatusChange change, long period, int most)
    {
        var at = Find(change.Alarm);
        if (at < 0)
            return Insert(change, period, most);
        ref var known = ref CollectionsMarshal.AsSpan(_alarms)[at];
        if (known.Heard < period)
            (known.Heard, IsChanged) = (period, true);
        if (change.ChangedAt.CompareInstant(known.ChangedAt) < 0)
            return ChangeOutcome.Older;
        if (change.Status != known.Status)
            (known.Status, known.IsDue, IsChanged) = (change.Status, true, true);
        if (change.ChangedAt != known.ChangedAt)
            (known.ChangedAt, IsChanged) = (change.ChangedAt, true);
        return ChangeOutcome.Yes;
    }

    /// <summary>Takes the active alarms that are due, oldest first. They are no longer due.</summary>
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

    private ChangeOutcome Insert(in StatusChange change, long period, int most)
    {
        while (_alarms.Count >= most)
        {
            if (!ForgetOldestCleared())
                return ChangeOutcome.NoRoom;
        }
        IsChanged = true;
        _alarms.Insert(~Find(change.Alarm), new AlarmEntry
        {
            Id = change.Alarm.ToArray(),
            Status = change.Status,
            ChangedAt = change.ChangedAt,
            // The alarm was unknown, which differs from every status.
            IsDue = true,
            Heard = period,
        });
        return ChangeOutcome.Yes;
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

    /// <returns>The index, or the complement of the place where the alarm would be inserted.</returns>
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
