using Herald.Alarms.Hosting;
using Herald.Alarms.Metrics;
using Herald.Alarms.Processing;
using Herald.Engine.Applications;
using Herald.Engine.Events;

namespace Herald.Alarms;

/// <summary>
/// Users have alarms that change their status. A user who asks is sent the active alarms that have changed since the last digest.
/// </summary>
/// <remarks>This is the part that the engine runs; <see cref="AlarmsPart"/> is the part of a server.</remarks>
public sealed class AlarmsApplication : IApplication, IDisposable
{
    private readonly AlarmsOptions _options;
    private readonly AlarmsMetrics _metrics = new();

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public AlarmsApplication(AlarmsOptions options)
    {
        if (AlarmsModule.Section.Check(options) is [var error, ..])
            throw new ArgumentException(error.ToString(), nameof(options));
        _options = options;
    }

    /// <summary>The name of the application's state.</summary>
    internal const string StateName = "alarms";

    public string Name => StateName;

    public string Topic => AlarmEvents.Topic;

    public IShardApplication Begin(ShardId shard) => new AlarmsShard(shard, _options, _metrics);

    public void Dispose() => _metrics.Dispose();
}
