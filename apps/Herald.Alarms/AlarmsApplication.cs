using Herald.Alarms.Metrics;
using Herald.Alarms.Processing;
using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Alarms;

/// <summary>
/// Users have alarms that change their status; a user who asks is told of the active ones that have changed since the last time. It is what the
/// engine runs; <see cref="AlarmsPart"/> is what a server has of it.
/// </summary>
public sealed class AlarmsApplication : IApplication, IDisposable
{
    private readonly AlarmsOptions _options;
    private readonly AlarmsMetrics _metrics = new();

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public AlarmsApplication(AlarmsOptions options)
    {
        if (AlarmsSettings.Check(options).FirstOrDefault() is { } error)
            throw new ArgumentException(error.ToString(), nameof(options));
        _options = options;
    }

    /// <summary>Names its state.</summary>
    internal const string StateName = "alarms";

    public string Name => StateName;

    public string Topic => AlarmEvents.Topic;

    public IShardApplication Begin(ShardId shard) => new AlarmsShard(shard, _options, _metrics);

    public void Dispose() => _metrics.Dispose();
}
