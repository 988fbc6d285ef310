using System.Diagnostics.Metrics;

namespace Herald.Alarms.Metrics;

/// <summary>The application's counters on this node. A batch that is repeated after a failure is counted again.</summary>
internal sealed class AlarmsMetrics : IDisposable
{
    private readonly Meter _meter = new("Herald.Alarms");
    private readonly Counter<long> _changes, _digests, _entries, _nothingDue, _usersForgotten, _alarmsForgotten, _listsDamaged;

    public AlarmsMetrics()
    {
        _changes = _meter.CreateCounter<long>("herald_alarms_changes_total", description: "Changes of alarms: taken, older than what was known, or refused, as requests for digests may be too.");
        _digests = _meter.CreateCounter<long>("herald_alarms_digests_total", description: "Digests made; each part counts where one is split.");
        _entries = _meter.CreateCounter<long>("herald_alarms_digest_entries_total", description: "Alarms in digests.");
        _nothingDue = _meter.CreateCounter<long>("herald_alarms_nothing_due_total", description: "Requests for a digest when no alarm was due.");
        _usersForgotten = _meter.CreateCounter<long>("herald_alarms_users_forgotten_total", description: "Users that were silent for so long that nothing is known of them any more.");
        _alarmsForgotten = _meter.CreateCounter<long>("herald_alarms_forgotten_total", description: "Alarms that are not remembered any more.");
        _listsDamaged = _meter.CreateCounter<long>("herald_alarms_damaged_lists_total", description: "Lists of users that could not be read and were begun anew: those in them are forgotten later.");
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
