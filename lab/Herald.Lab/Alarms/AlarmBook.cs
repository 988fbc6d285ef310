namespace Herald.Lab.Alarms;

/// <summary>
/// The alarms of one user by the rules, written as simply as possible: it computes the digest that Herald must send. Times are texts in
/// UTC, all of one format, and their text order is their order in time.
/// </summary>
public sealed class AlarmBook(string user)
{
    private readonly Dictionary<string, (string Status, string ChangedAt, bool IsDue)> _alarms = new(StringComparer.Ordinal);

    public void Take(string alarm, string status, string changedAt)
    {
        var isKnown = _alarms.TryGetValue(alarm, out var known);
        if (isKnown && string.CompareOrdinal(changedAt, known.ChangedAt) < 0)
            return;
        _alarms[alarm] = (status, changedAt, known.IsDue || !isKnown || known.Status != status);
    }

    /// <returns>Null when nothing is due.</returns>
    public string? TakeDigest()
    {
        var due = _alarms.Where(alarm => alarm.Value is { IsDue: true, Status: not "CLEARED" })
            .OrderBy(alarm => alarm.Value.ChangedAt, StringComparer.Ordinal).ThenBy(alarm => alarm.Key, StringComparer.Ordinal).ToList();
        foreach (var (alarm, state) in due)
            _alarms[alarm] = state with { IsDue = false };
        return due.Count == 0 ? null : $$"""{"UserID":"{{user}}","ActiveAlarms":[{{string.Join(',', due.Select(alarm =>
            $$"""{"AlarmID":"{{alarm.Key}}","Status":"{{alarm.Value.Status}}","LatestChangedAt":"{{alarm.Value.ChangedAt}}"}"""))}}]}""";
    }
}
