using System.Globalization;

namespace Herald.LocalServers.Brokers;

/// <summary>
/// A throw-away NATS server on 127.0.0.1, with a port and a folder of its own. The server ends and its folder is deleted when this object
/// is disposed, or when this process ends in whatever way.
/// </summary>
public sealed class LocalNats : IAsyncDisposable
{
    public const string Host = "127.0.0.1";
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30), LookEvery = TimeSpan.FromMilliseconds(20);
    private readonly string _program;
    private readonly IReadOnlyList<string> _settings;
    private readonly TimeProvider _time;
    private BrokerGuard? _guard;

    private LocalNats(string program, IReadOnlyList<string> settings, TimeProvider time) =>
        (_program, _settings, _time) = (program, settings, time);

    public int Port { get; } = FreePort.Find();

    /// <summary>The address for clients.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"nats://{Host}:{Port}");

    /// <summary>The folder of its data, and of its output in the file <c>log</c>.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("herald-nats-").FullName;

    /// <summary>The name for other servers.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"server-{Port}");

    /// <summary>The id of the process that is the parent of the server, while that runs.</summary>
    public int ProcessId => _guard!.ProcessId;

    /// <summary>The server's output so far.</summary>
    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    private string LogFile => Path.Combine(Folder, "log");
    private string SettingsFile => Path.Combine(Folder, "settings");

    /// <param name="settings">Lines as in the settings file of a NATS server.</param>
    /// <exception cref="LocalNatsException">No NATS server is installed, or it does not start.</exception>
    public static async Task<LocalNats> StartNewAsync(
        bool jetStream, IReadOnlyList<string> settings, TimeProvider time, CancellationToken cancel)
    {
        var nats = new LocalNats(NatsProgram.Find() ?? throw new LocalNatsException(NatsProgram.Missing), settings, time);
        try
        {
            await nats.StartAgainAsync(jetStream, cancel);
            return nats;
        }
        catch
        {
            await nats.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Starts the server, after a stop with its old data and on its old port. Completes when the server takes connections.
    /// </summary>
    /// <param name="jetStream">Without JetStream, its streams are not available until it is started with JetStream again.</param>
    /// <exception cref="LocalNatsException">The server does not start.</exception>
    public async Task StartAgainAsync(bool jetStream, CancellationToken cancel)
    {
        string[] own =
        [
            string.Create(CultureInfo.InvariantCulture, $"listen: \"{Host}:{Port}\""),
            $"server_name: \"{Name}\"",
            jetStream ? $"jetstream {{ store_dir: \"{Path.Combine(Folder, "data")}\", max_file_store: 8GB, max_memory_store: 64MB }}" : "",
        ];
        await File.WriteAllLinesAsync(SettingsFile, [.. own, .. _settings], cancel);
        var guard = _guard = new BrokerGuard(Folder, _program, "-c", SettingsFile);
        var begun = _time.GetTimestamp();
        while (!await BrokerPort.AnswersAsync(Host, Port, greets: true, cancel))
        {
            if (guard.HasEnded || _time.GetElapsedTime(begun) > StartPatience)
                throw new LocalNatsException($"The nats-server at {Url} did not start: {Log}");
            await Task.Delay(LookEvery, _time, cancel);
        }
    }

    public Task StopAsync() => EndAsync("TERM");

    /// <summary>Kills the server at once, as in a crash.</summary>
    public Task KillAsync() => EndAsync("KILL");

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(Folder, true);
    }

    private async Task EndAsync(string signal)
    {
        if (_guard is not { } guard)
            return;
        _guard = null;
        await guard.EndAsync(signal);
    }
}
