using Herald.Nats.Connecting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Nats.Tests.Connecting;

/// <summary>Connections as tests want them.</summary>
internal static class TestConnection
{
    public static CancellationToken End => TestContext.Current.CancellationToken;

    public static ConnectionOptions Options(string servers) => new() { Servers = ServerAddress.ParseAll(servers)! };

    /// <summary>Connected.</summary>
    public static Task<NatsConnection> OpenAsync(string servers) => OpenAsync(Options(servers));

    public static async Task<NatsConnection> OpenAsync(ConnectionOptions options)
    {
        var connection = Begin(options);
        await connection.WhenConnectedAsync(End);
        return connection;
    }

    /// <summary>Not connected yet.</summary>
    public static NatsConnection Begin(ConnectionOptions options)
    {
        var connection = new NatsConnection(options, TimeProvider.System, new Random(1), NullLogger.Instance);
        connection.Start();
        return connection;
    }
}
