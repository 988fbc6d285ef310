using System.Diagnostics.Metrics;
using Herald.Engine.Channels;
using Herald.Engine.Shards;

namespace Herald.Engine.Metrics;

/// <summary>What a node counts. Labels are few and bounded: no keys, no ids.</summary>
internal sealed class EngineMetrics : IDisposable
{
    private readonly Meter _meter = new("Herald");
    private readonly Counter<long> _attempts, _skips, _rejected, _unsent, _leasesLost, _shardsMoved, _applied;
    private readonly Histogram<double> _attemptSeconds, _commitSeconds;

    public EngineMetrics()
    {
        _attempts = _meter.CreateCounter<long>("herald_attempts_total", description: "Attempts that ended, by outcome.");
        _unsent = _meter.CreateCounter<long>("herald_attempts_withdrawn_total", description: "Attempts given back before anything was sent.");
        _skips = _meter.CreateCounter<long>("herald_skips_total", description: "Deliveries that ended without being delivered, by kind.");
        _rejected = _meter.CreateCounter<long>("herald_messages_rejected_total", description: "Messages of sources that could not be understood and are dead letters.");
        _leasesLost = _meter.CreateCounter<long>("herald_leases_lost_total", description: "Shards that other nodes took over because this one did not renew its leases.");
        _shardsMoved = _meter.CreateCounter<long>("herald_shards_moved_total", description: "Shards that this node has handed over to another.");
        _applied = _meter.CreateCounter<long>("herald_application_events_total", description: "Events that an application has taken, and whose effects are saved.");
        _attemptSeconds = _meter.CreateHistogram<double>("herald_attempt_seconds", "s", "How long attempts took.");
        _commitSeconds = _meter.CreateHistogram<double>("herald_commit_seconds", "s", "How long commits of progress took.");
    }

    public void Attempted(AttemptResult result, bool counted)
    {
        if (!counted)
        {
            _unsent.Add(1);
            return;
        }
        _attempts.Add(1, new KeyValuePair<string, object?>("outcome", NameOf(result.Outcome)));
        _attemptSeconds.Record(result.Duration.TotalSeconds);
    }

    public void Skipped(SkipKind kind) => _skips.Add(1, new KeyValuePair<string, object?>("kind", kind switch
    {
        SkipKind.DeadLetter => "dead-letter",
        SkipKind.Forward => "forward",
        SkipKind.Expire => "expire",
        _ => "discard",
    }));

    public void Rejected(int count)
    {
        if (count > 0)
            _rejected.Add(count);
    }

    public void ApplicationSaved(string application, int events)
    {
        if (events > 0)
            _applied.Add(events, new KeyValuePair<string, object?>("application", application));
    }

    public void Committed(TimeSpan took) => _commitSeconds.Record(took.TotalSeconds);

    public void LeaseLost() => _leasesLost.Add(1);

    public void ShardsMoved(int count) => _shardsMoved.Add(count);

    public void Gauge(string name, string description, Func<long> read) => _meter.CreateObservableGauge(name, read, description: description);

    public void Gauge(string name, string description, Func<IEnumerable<Measurement<long>>> read) => _meter.CreateObservableGauge(name, read, description: description);

    public void Dispose() => _meter.Dispose();

    private static string NameOf(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Delivered => "delivered",
        AttemptOutcome.Failed => "failed",
        AttemptOutcome.EndpointGone => "endpoint-gone",
        _ => "rejected",
    };
}
