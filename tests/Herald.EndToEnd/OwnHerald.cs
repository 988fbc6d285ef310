using Herald.Client;
using Herald.Lab.Processes;

namespace Herald.EndToEnd;

/// <summary>
/// Herald with one application on a journal of its own. It can be killed and started again on the same data and port.
/// </summary>
internal sealed class OwnHerald : IAsyncDisposable
{
    private static readonly string[] Told = ["herald_alarms_", "herald_notifications_", "herald_messages_", "herald_nats_", "herald_kafka_", "herald_events_", "herald_deliver", "herald_attempts_", "herald_application_"];

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("herald-test-");
    private readonly IReadOnlyList<string> _command;
    private readonly string[] _settings;
    private HeraldClient? _client;

    private OwnHerald(IReadOnlyList<string> command, string[] settings) => (_command, _settings) = (command, settings);

    public ServerProcess Server { get; private set; } = null!;
    public HeraldClient Client => _client!;

    /// <param name="command">Such as <see cref="ServerProcess.Alarms"/>.</param>
    /// <param name="settings">Options of that command.</param>
    public static async Task<OwnHerald> StartAsync(IReadOnlyList<string> command, CancellationToken cancel, params string[] settings)
    {
        var herald = new OwnHerald(command, settings);
        try
        {
            herald.Server = await ServerProcess.StartAsync(herald.Arguments("127.0.0.1:0"), TimeProvider.System, cancel, command);
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
        HeraldRun.KillAfterAsync(moment, cancel, [.. _command, .. Arguments(Server.Address.Authority)]);

    /// <summary>Starts the server after a kill.</summary>
    public async Task RestartAsync(CancellationToken cancel)
    {
        var listen = Server.Address.Authority;
        await Server.DisposeAsync();
        Server = await ServerProcess.StartAsync(Arguments(listen), TimeProvider.System, cancel, _command);
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
