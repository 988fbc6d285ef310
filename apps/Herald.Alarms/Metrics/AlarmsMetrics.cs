using System.Diagnostics.Metrics;

namespace Herald.Alarms.Metrics;

/// <summary>The application's counters on this node. A batch that is repeated after a failure is counted again.</summary>
internal sealed class AlarmsMetrics : IDisposable
{
    private readonly Meter _meter = new("Herald.Alarms");
    private readonly Counter<long> _changes, _digests, _entries, _nothingDue, _usersForgotten, _alarmsForgotten, _listsDamaged;

    public AlarmsMetrics()
    {
        _changes = _meter.CreateCounter<long>(
            "herald_alarms_changes_total",
            description: "Changes of alarms, by result: taken, older than the known change, or refused. Refused "
                + "requests for digests count as refused, too.");
        _digests = _meter.CreateCounter<long>(
            "herald_alarms_digests_total", description: "Digests made. Of a split digest, each part counts.");
        _entries = _meter.CreateCounter<long>("herald_alarms_digest_entries_total", description: "Alarms in digests.");
        _nothingDue = _meter.CreateCounter<long>(
            "herald_alarms_nothing_due_total", description: "Requests for a digest when no alarm was due.");
        _usersForgotten = _meter.CreateCounter<long>(
            "herald_alarms_users_forgotten_total",
            description: "Users whose alarms were forgotten because no message about them arrived for too long.");
        _alarmsForgotten = _meter.CreateCounter<long>("herald_alarms_forgotten_total", description: "Alarms that were forgotten.");
        _listsDamaged = _meter.CreateCounter<long>(
            "herald_alarms_damaged_lists_total",
            description: "Damaged lists of users that were started again. Users in such a list are forgotten later than configured.");
    }

    public void Count(in AlarmsTally tally)
    {
        Add(_changes, tally.Taken, "taken");
        Add(_changes, tally.Older, "older");
        Add(_changes, tally.Refused, "refused");
        Add(_digests, tally.Digests);
        Add(_entries, tally.Entries);
        Add(_nothingDue, tally.NothingDue);
        Add(_usersForgotten, tally.UsersForgotten);
        Add(_alarmsForgotten, tally.AlarmsForgotten);
        Add(_listsDamaged, tally.ListsDamaged);
    }

    public void Dispose() => _meter.Dispose();

    private static void Add(Counter<long> counter, int count)
    {
        if (count > 0)
            counter.Add(count);
    }

    private static void Add(Counter<long> counter, int count, string result)
    {
        if (count > 0)
            counter.Add(count, new KeyValuePair<string, object?>("result", result));
    }
}
