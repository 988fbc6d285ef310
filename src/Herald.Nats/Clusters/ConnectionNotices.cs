using Herald.Brokers.Clusters;
using Microsoft.Extensions.Logging;

namespace Herald.Nats.Clusters;

/// <summary>Logs what happens to a connection.</summary>
internal sealed class ConnectionNotices(ConnectionOptions options, TimeProvider time, ILogger logger)
{
    private readonly RepeatedTrouble _trouble = new(time);

    /// <summary>The last failure; null while there is a connection.</summary>
    public string? Trouble => _trouble.Last;

    public void Failed(string reason)
    {
        if (_trouble.Note(reason))
            logger.LogWarning("NATS {Servers}: {Reason}. Herald retries until a server answers.", options, reason.TrimEnd('.'));
    }

    public void Connected(string server, string version)
    {
        _trouble.Well();
        logger.LogInformation("NATS {Servers}: connected to {Server}, version {Version}.", options, server, version);
    }

    public void Complained(string text) => logger.LogWarning("NATS {Servers}: the server reports: {Complaint}", options, text);

    public void Defect(Exception failure) =>
        logger.LogCritical(failure, "NATS {Servers}: the connection has ended permanently. Restart Herald.", options);
}
