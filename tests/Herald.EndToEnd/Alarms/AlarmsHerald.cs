using Herald.Client;
using Herald.Lab.Processes;

namespace Herald.EndToEnd.Alarms;

/// <summary>
/// Herald with the alarms application on a journal of its own. It can be killed and started again on the same data and port.
/// </summary>
internal sealed class AlarmsHerald : IAsyncDisposable
{
    private static readonly string[] Told = ["herald_alarms_", "herald_messages_", "herald_nats_", "herald_events_", "herald_deliver", "herald_attempts_", "herald_application_"];

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("herald-test-");
    private readonly string[] _settings;
    private HeraldClient? _client;

    private AlarmsHerald(string[] settings) => _settings = settings;

    public ServerProcess Server { get; private set; } = null!;
    public HeraldClient Client => _client!;

    /// <param name="settings">Options of <c>alarms serve</c>.</param>
    public static async Task<AlarmsHerald> StartAsync(CancellationToken cancel, params string[] settings)
    {
        var herald = new AlarmsHerald(settings);
        try
        {
            herald.Server = await ServerProcess.StartAsync(herald.Arguments("127.0.0.1:0"), TimeProvider.System, cancel, ServerProcess.Alarms);
            herald._client = new HeraldClient(herald.Server.Address, null);
            return herald;
        }
        catch
        {
            await herald.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server after a kill, and kills it again a moment later.</summary>
    public Task KillWhileStartingAsync(TimeSpan moment, CancellationToken cancel) =>
        HeraldRun.KillAfterAsync(moment, cancel, [.. ServerProcess.Alarms, .. Arguments(Server.Address.Authority)]);

    /// <summary>Starts the server after a kill.</summary>
    public async Task RestartAsync(CancellationToken cancel)
    {
        var listen = Server.Address.Authority;
        await Server.DisposeAsync();
        Server = await ServerProcess.StartAsync(Arguments(listen), TimeProvider.System, cancel, ServerProcess.Alarms);
    }

    /// <summary>The metrics that explain a failure: how many messages became events, and how many digests were made and sent.</summary>
    public string Counts() => Server.HasExited ? "" : string.Join('\n', Client.Operations.GetMetricsAsync(CancellationToken.None).GetAwaiter().GetResult().Text.Split('\n')
        .Where(line => Told.Any(name => line.StartsWith(name, StringComparison.Ordinal))));

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
        _client?.Dispose();
        _data.Delete(recursive: true);
    }

    private string[] Arguments(string listen) => ["--data", _data.FullName, "--listen", listen, .. _settings];
}
