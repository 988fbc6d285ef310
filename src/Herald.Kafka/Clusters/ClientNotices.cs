using Confluent.Kafka;
using Herald.Brokers.Clusters;
using Microsoft.Extensions.Logging;

namespace Herald.Kafka.Clusters;

/// <summary>
/// Logs a client's errors: each once, and again while it lasts. librdkafka also reports every broken connection and every retry; those are
/// logged at the level debug.
/// </summary>
internal sealed class ClientNotices(string who, KafkaCluster cluster, TimeProvider time, ILogger logger)
{
    private readonly RepeatedTrouble _trouble = new(time);

    public void Trouble(Error error)
    {
        if (!_trouble.Note(error.Code.ToString()))
            return;
        if (error.Code == ErrorCode.Local_AllBrokersDown)
            logger.LogWarning("{Who}: no broker of the cluster {Cluster} answers. Herald retries until one answers.", who, cluster);
        else
            logger.LogWarning("{Who}: cluster {Cluster}: {Reason} ({Code}).", who, cluster.Name, error.Reason, error.Code);
    }

    /// <summary>An operation has succeeded, so the next error is a new one.</summary>
    public void Well()
    {
        if (_trouble.Well())
            logger.LogInformation("{Who}: the cluster {Cluster} answers again.", who, cluster.Name);
    }

    public void Log(LogMessage message)
    {
        var level = message.Level <= SyslogLevel.Critical ? LogLevel.Warning : LogLevel.Debug;
        logger.Log(level, "{Who}: {Facility}: {Message}", who, message.Facility, message.Message);
    }
}
