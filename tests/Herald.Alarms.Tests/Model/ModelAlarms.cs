namespace Herald.Alarms.Tests.Model;

/// <summary>
/// The rules of alarms in their simplest form: everything is in dictionaries, every step goes through all users, nothing is saved, and
/// nothing is fast.
/// </summary>
internal sealed class ModelAlarms(long periodSeconds, int most, bool emptyDigest)
{
    private readonly Dictionary<string, Dictionary<string, Known>> _users = [];
    private readonly Dictionary<string, long> _heard = [];
    private long _now;

    /// <returns>False when the change is refused.</returns>
    public bool Change(string user, string alarm, string status, DrawnTime time, long acceptedMs)
    {
        Hear(user, acceptedMs);
        if (!_users.TryGetValue(user, out var alarms))
            _users[user] = alarms = [];
        if (!alarms.TryGetValue(alarm, out var known))
        {
            while (alarms.Count >= most)
            {
                var cleared = alarms.Where(one => one.Value.Status == "CLEARED").OrderBy(one => one.Value.Heard).ThenBy(one => one.Key, StringComparer.Ordinal).ToList();
                if (cleared.Count == 0)
                    return false;
                alarms.Remove(cleared[0].Key);
            }
            alarms[alarm] = new Known { Status = status, Time = time, Heard = _now, Changes = 1 };
            return true;
        }
        known.Heard = _now;
        if (time.Nanoseconds < known.Time.Nanoseconds)
            return true;
        known.Changes += known.Status == status ? 0 : 1;
        (known.Status, known.Time) = (status, time);
        return true;
    }

    /// <returns>The digest; null for none.</returns>
    public string? Request(string user, long acceptedMs)
    {
        Hear(user, acceptedMs);
        var due = _users.GetValueOrDefault(user, []).Where(one => one.Value.IsDue && one.Value.Status != "CLEARED")
            .OrderBy(one => one.Value.Time.Nanoseconds).ThenBy(one => one.Key, StringComparer.Ordinal).ToList();
        foreach (var (_, known) in due)
            known.Sent = known.Changes;
        if (due.Count == 0 && !emptyDigest)
            return null;
        var entries = due.Select(one => $$"""{"AlarmID":"{{one.Key}}","Status":"{{one.Value.Status}}","LatestChangedAt":"{{one.Value.Time.Text}}"}""");
        return $$"""{"UserID":"{{user}}","ActiveAlarms":[{{string.Join(',', entries)}}]}""";
    }

    private void Hear(string user, long acceptedMs)
    {
        _now = Math.Max(_now, acceptedMs / 1000 / periodSeconds);
        foreach (var (name, alarms) in _users.ToList())
        {
            var isSilent = _now - _heard[name] > 30;
            foreach (var (alarm, known) in alarms.ToList())
            {
                if (known.Status == "CLEARED" ? _now - known.Heard > 30 : isSilent && !known.IsDue)
                    alarms.Remove(alarm);
            }
            if (isSilent)
                _heard[name] = _now;
        }
        _heard[user] = _now;
    }

    private sealed class Known
    {
        public required string Status { get; set; }
        public required DrawnTime Time { get; set; }
        public long Heard { get; set; }

        /// <summary>
        /// The number of changes of the status so far. <see cref="Sent"/> is what this number was when the alarm was last in a digest.
        /// </summary>
        public int Changes { get; set; }
        public int Sent { get; set; }
        public bool IsDue => Changes != Sent;
    }
}
