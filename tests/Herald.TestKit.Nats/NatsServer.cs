using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Herald.LocalServers;
using Herald.LocalServers.Brokers;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.TestKit.Nats;

/// <summary>
/// A real NATS server for tests. It is removed at the end, however the test process ends. Where NATS is not installed, a test that asks for
/// it is skipped.
/// </summary>
public sealed class NatsServer : IAsyncDisposable
{
    public const string Host = LocalNats.Host;

    private const string Greeting = "INFO ";

    private static readonly Lazy<Task<NatsServer>> SharedServer = new(() => StartAsync());
    private readonly LocalNats _local;

    private NatsServer(LocalNats local) => _local = local;

    public int Port => _local.Port;

    /// <summary>The address for clients.</summary>
    public string Url => _local.Url;

    /// <summary>The name by which servers of a cluster know each other.</summary>
    public string Name => _local.Name;

    /// <summary>The server's log output.</summary>
    public string Log => _local.Log;

    /// <summary>
    /// One server with JetStream for all tests of the process that neither stop nor configure it. Each test has its own subjects and
    /// streams. The server is never disposed.
    /// </summary>
    public static Task<NatsServer> SharedAsync() => SharedServer.Value;

    /// <param name="settings">Lines of a server's configuration file.</param>
    public static async Task<NatsServer> StartAsync(bool jetStream = true, params string[] settings)
    {
        Assert.SkipWhen(NatsProgram.Find() is null, NatsProgram.Missing);
        return new(await LocalNats.StartNewAsync(jetStream, settings, TimeProvider.System, CancellationToken.None));
    }

    /// <summary>Starts a cluster of servers with JetStream. Completes when each server announces all of them to its clients.</summary>
    public static async Task<IReadOnlyList<NatsServer>> StartClusterAsync(int count = 3)
    {
        var ports = Enumerable.Range(0, count).Select(_ => FreePort.Find()).ToList();
        var routes = string.Join(", ", ports.Select(port => string.Create(CultureInfo.InvariantCulture, $"nats://{Host}:{port}")));
        var servers = new List<NatsServer>();
        // One after another: two servers that dial each other at the same moment can both hang up.
        foreach (var port in ports)
            servers.Add(await StartAsync(jetStream: true, string.Create(CultureInfo.InvariantCulture, $"cluster {{ name: herald, listen: \"{Host}:{port}\", routes: [{routes}] }}")));
        foreach (var server in servers)
            await Until.HoldsAsync(async () => await server.ToldAsync() == count, () => $"the server has found the others; it says: {server.Log}");
        return servers;
    }

    /// <summary>Starts the server again after a stop, with its data and port. Completes when it accepts connections.</summary>
    /// <param name="jetStream">Without JetStream, the streams are unavailable until the server is started with it again.</param>
    public Task StartAgainAsync(bool jetStream = true) => _local.StartAgainAsync(jetStream, CancellationToken.None);

    public Task StopAsync() => _local.StopAsync();

    /// <summary>Kills the server at once, as in a crash.</summary>
    public Task KillAsync() => _local.KillAsync();

    public ValueTask DisposeAsync() => _local.DisposeAsync();

    /// <summary>The number of cluster members, itself included, that the server announces to clients.</summary>
    private async Task<int> ToldAsync()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(Host, Port);
            using var lines = new StreamReader(new NetworkStream(socket));
            return await lines.ReadLineAsync() is { } line && line.StartsWith(Greeting, StringComparison.Ordinal)
                && JsonElement.Parse(line[Greeting.Length..]).TryGetProperty("connect_urls", out var urls) ? urls.GetArrayLength() : 0;
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            return 0;
        }
    }
}
