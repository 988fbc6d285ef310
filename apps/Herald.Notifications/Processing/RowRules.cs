using Herald.Notifications.Statuses;

namespace Herald.Notifications.Processing;

/// <summary>Applies <see cref="StatusRules"/> to a row.</summary>
internal static class RowRules
{
    /// <returns>The row after the fact; the same object when nothing changes.</returns>
    public static Row Apply(Row row, Fact fact)
    {
        var before = new RowFacts
        {
            Status = row.Status,
            IsExternal = row.IsExternal,
            SettledAtMs = row.SettledAtMs,
            HandedOverAtMs = row.HandedOverAtMs,
            Waits = row.Waits,
            Reason = row.Reason,
            LastWords = row.LastWords,
            Attempts = row.Attempts,
            FirstAttemptAtMs = row.FirstAttemptAtMs,
            DeadLetter = row.DeadLetter,
        };
        var after = StatusRules.Apply(before, fact);
        return ReferenceEquals(after, before) ? row : row with
        {
            Status = after.Status,
            SettledAtMs = after.SettledAtMs,
            HandedOverAtMs = after.HandedOverAtMs,
            Waits = after.Waits,
            Reason = after.Reason,
            LastWords = after.LastWords,
            Attempts = after.Attempts,
            FirstAttemptAtMs = after.FirstAttemptAtMs,
            DeadLetter = after.DeadLetter,
        };
    }
}
