namespace Herald.Alarms.Metrics;

/// <summary>What one batch has done, counted.</summary>
internal struct AlarmsTally
{
    public int Taken, Older, Refused, Digests, Entries, NothingDue, UsersForgotten, AlarmsForgotten, ListsDamaged;
}
