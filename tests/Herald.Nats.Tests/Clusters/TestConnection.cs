using Herald.Nats.Clusters;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Nats.Tests.Clusters;

/// <summary>Connections as tests want them.</summary>
internal static class TestConnection
{
    public static CancellationToken End => TestContext.Current.CancellationToken;

    public static ConnectionOptions Options(string servers) => new() { Servers = ServerAddress.ParseAll(servers)! };

    /// <summary>Connected.</summary>
    public static Task<ClusterConnection> OpenAsync(string servers) => OpenAsync(Options(servers));

    public static async Task<ClusterConnection> OpenAsync(ConnectionOptions options)
    {
        var connection = Begin(options);
        await connection.WhenConnectedAsync(End);
        return connection;
    }

    /// <summary>Not connected yet.</summary>
    public static ClusterConnection Begin(ConnectionOptions options) => ClusterConnection.Begin(options, TimeProvider.System, NullLogger.Instance);
}
