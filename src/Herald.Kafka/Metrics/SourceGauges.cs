using Herald.Engine.Sources;

namespace Herald.Kafka.Metrics;

/// <summary>The present state of a source. Its thread writes it; any thread reads it.</summary>
internal sealed class SourceGauges
{
    private volatile int _partitions;
    private volatile bool _isPaused;
    private volatile IReadOnlyList<PartitionLag> _lags = [];
    private readonly Lock _lock = new();
    private SourceTally _totals;

    public int Partitions { get => _partitions; set => _partitions = value; }

    public bool IsPaused { get => _isPaused; set => _isPaused = value; }

    public IReadOnlyList<PartitionLag> Lags { get => _lags; set => _lags = value; }

    /// <summary>The messages that have become durable since the start.</summary>
    public SourceTally Totals
    {
        get
        {
            lock (_lock)
                return _totals;
        }
    }

    public void Count(SourceTally tally)
    {
        lock (_lock)
            _totals += tally;
    }
}
