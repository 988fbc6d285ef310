using System.Diagnostics;
using System.Diagnostics.Metrics;
using Herald.Engine.Channels;
using Herald.Engine.Stores;

namespace Herald.Engine.Metrics;

/// <summary>The metrics of a node. Labels are few and bounded: no keys, no ids.</summary>
internal sealed class EngineMetrics : IDisposable
{
    private readonly Meter _meter = new("Herald");
    private readonly Counter<long> _attempts, _skips, _rejected, _leasesLost, _shardsMoved, _applied, _damaged, _notTaken;
    private readonly Counter<long> _damagedProgress, _damagedCatalog, _applicationsLost, _reports, _reportsDropped;
    private readonly Histogram<double> _attemptSeconds, _commitSeconds;
    private long _withdrawn, _delivered;

    public EngineMetrics()
    {
        _attempts = _meter.CreateCounter<long>("herald_attempts_total", description: "Finished attempts, by outcome.");
        _meter.CreateObservableCounter(
            "herald_attempts_withdrawn_total", () => Withdrawn, description: "Attempts that were cancelled before anything was sent.");
        _skips = _meter.CreateCounter<long>("herald_skips_total", description: "Deliveries settled without being delivered, by kind.");
        _rejected = _meter.CreateCounter<long>(
            "herald_messages_rejected_total", description: "Messages of sources that could not be understood and became dead letters.");
        _damaged = _meter.CreateCounter<long>(
            "herald_damaged_events_total", description: "Dead letters of events whose stored record is damaged, one per subscription.");
        _damagedProgress = _meter.CreateCounter<long>(
            "herald_damaged_progress_total",
            description: "Progress records, or parts of them, that were damaged when a shard was loaded. "
                + "The deliveries they recorded are repeated.");
        _damagedCatalog = _meter.CreateCounter<long>(
            "herald_damaged_catalog_total", description: "Catalog records that were damaged when they were loaded. A subscription "
                + "whose record is damaged receives nothing.");
        _applicationsLost = _meter.CreateCounter<long>(
            "herald_application_places_damaged_total", description: "Loads of a shard whose record of how far an application has read is "
                + "damaged. The application processes nothing there.");
        _notTaken = _meter.CreateCounter<long>(
            "herald_emitted_refused_total",
            description: "Forwarded events, and events made by applications, that the store did not accept. They became dead letters.");
        _reports = _meter.CreateCounter<long>("herald_reports_total", description: "Reports of settled deliveries and disabled subscriptions, as events of their topics.");
        _reportsDropped = _meter.CreateCounter<long>(
            "herald_reports_dropped_total",
            description: "Reports that were not made, because their topic no longer exists, or that the store did not accept.");
        _leasesLost = _meter.CreateCounter<long>(
            "herald_leases_lost_total", description: "Shards that other nodes took over because this node did not renew its leases.");
        _shardsMoved = _meter.CreateCounter<long>(
            "herald_shards_moved_total", description: "Shards that this node has handed over to another.");
        _applied = _meter.CreateCounter<long>(
            "herald_application_events_total", description: "Events that an application has processed and whose effects are saved.");
        _attemptSeconds = _meter.CreateHistogram<double>("herald_attempt_seconds", "s", "Duration of attempts.");
        _commitSeconds = _meter.CreateHistogram<double>("herald_commit_seconds", "s", "Duration of commits of progress.");
    }

    public long Withdrawn => Interlocked.Read(ref _withdrawn);

    public long Delivered => Interlocked.Read(ref _delivered);

    public void Attempted(AttemptResult result, bool counted)
    {
        if (!counted)
        {
            Interlocked.Increment(ref _withdrawn);
            return;
        }
        if (result.Outcome == AttemptOutcome.Delivered)
            Interlocked.Increment(ref _delivered);
        _attempts.Add(1, new KeyValuePair<string, object?>("outcome", NameOf(result.Outcome)));
        _attemptSeconds.Record(result.Duration.TotalSeconds);
    }

    public void Skipped(SkipKind kind) => _skips.Add(1, new KeyValuePair<string, object?>("kind", kind switch
    {
        SkipKind.DeadLetter => "dead-letter",
        SkipKind.Forward => "forward",
        SkipKind.Expire => "expire",
        SkipKind.Discard => "discard",
        SkipKind.Delivered => throw new UnreachableException("A success is counted as an attempt."),
    }));

    public void Reported(int count) => _reports.Add(count);

    public void ReportsDropped(int count) => _reportsDropped.Add(count);

    public void Rejected(int count)
    {
        if (count > 0)
            _rejected.Add(count);
    }

    public void Damaged(int letters)
    {
        if (letters > 0)
            _damaged.Add(letters);
    }

    public void DamagedProgress(int count) => _damagedProgress.Add(count);

    public void DamagedCatalog() => _damagedCatalog.Add(1);

    public void ApplicationLost(string application) =>
        _applicationsLost.Add(1, new KeyValuePair<string, object?>("application", application));

    public void NotTaken() => _notTaken.Add(1);

    public void ApplicationSaved(string application, int events)
    {
        if (events > 0)
            _applied.Add(events, new KeyValuePair<string, object?>("application", application));
    }

    public void Committed(TimeSpan took) => _commitSeconds.Record(took.TotalSeconds);

    public void LeaseLost() => _leasesLost.Add(1);

    public void ShardsMoved(int count) => _shardsMoved.Add(count);

    public void Gauge(string name, string description, Func<long> read) =>
        _meter.CreateObservableGauge(name, read, description: description);

    public void Gauge(string name, string description, Func<IEnumerable<Measurement<long>>> read) =>
        _meter.CreateObservableGauge(name, read, description: description);

    public void Dispose() => _meter.Dispose();

    private static string NameOf(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Delivered => "delivered",
        AttemptOutcome.Failed => "failed",
        AttemptOutcome.EndpointGone => "endpoint-gone",
        AttemptOutcome.Rejected => "rejected",
        AttemptOutcome.Expired => "expired",
    };
}
