using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Herald.Cli.Brokers;
using Herald.Cli.Processes;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.TestKit.Nats;

/// <summary>
/// A real server of NATS, thrown away at the end, however the test process ends. Where none is installed, the test that asks for one is skipped.
/// </summary>
public sealed class NatsServer : IAsyncDisposable
{
    public const string Host = LocalNats.Host;

    private const string Greeting = "INFO ";

    private static readonly Lazy<Task<NatsServer>> SharedServer = new(() => StartAsync());
    private readonly LocalNats _local;

    private NatsServer(LocalNats local) => _local = local;

    public int Port => _local.Port;

    /// <summary>As clients are told.</summary>
    public string Url => _local.Url;

    /// <summary>As servers know each other.</summary>
    public string Name => _local.Name;

    /// <summary>What it has said.</summary>
    public string Log => _local.Log;

    /// <summary>One with JetStream for all tests of the process that neither stop nor configure it: each has subjects and streams of its own. Nobody disposes it.</summary>
    public static Task<NatsServer> SharedAsync() => SharedServer.Value;

    /// <param name="settings">Lines as in a server's file of settings.</param>
    public static async Task<NatsServer> StartAsync(bool jetStream = true, params string[] settings)
    {
        Assert.SkipWhen(NatsProgram.Find() is null, NatsProgram.Missing);
        return new(await LocalNats.StartNewAsync(jetStream, settings, TimeProvider.System, CancellationToken.None));
    }

    /// <summary>Servers with JetStream; complete when each tells its clients of all of them.</summary>
    public static async Task<IReadOnlyList<NatsServer>> StartClusterAsync(int count = 3)
    {
        var ports = Enumerable.Range(0, count).Select(_ => FreePort.Find()).ToList();
        var routes = string.Join(", ", ports.Select(port => string.Create(CultureInfo.InvariantCulture, $"nats://{Host}:{port}")));
        var servers = new List<NatsServer>();
        // One after another: servers that dial each other at the same moment may both hang up.
        foreach (var port in ports)
            servers.Add(await StartAsync(jetStream: true, string.Create(CultureInfo.InvariantCulture, $"cluster {{ name: herald, listen: \"{Host}:{port}\", routes: [{routes}] }}")));
        foreach (var server in servers)
            await Until.HoldsAsync(async () => await server.ToldAsync() == count, () => $"the server has found the others; it says: {server.Log}");
        return servers;
    }

    /// <summary>Starts it, after a stop with its data and on its port; complete when it takes connections.</summary>
    /// <param name="jetStream">Without it, its streams are not there until it is started with it again.</param>
    public Task StartAgainAsync(bool jetStream = true) => _local.StartAgainAsync(jetStream, CancellationToken.None);

    public Task StopAsync() => _local.StopAsync();

    /// <summary>On the spot, as in a crash.</summary>
    public Task KillAsync() => _local.KillAsync();

    public ValueTask DisposeAsync() => _local.DisposeAsync();

    /// <summary>How many servers of its cluster it tells clients of, itself included.</summary>
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
