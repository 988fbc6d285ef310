using System.Globalization;

namespace Herald.LocalServers.Brokers;

/// <summary>
/// A throw-away Kafka of one broker (KRaft) on 127.0.0.1, with ports and a folder of its own. The broker ends and its folder is deleted
/// when this object is disposed, or when this process ends in whatever way.
/// </summary>
public sealed class LocalKafka : IAsyncDisposable
{
    private const string LogSettings = """
        status=error
        rootLogger.level=warn
        rootLogger.appenderRef.out.ref=out
        appender.out.type=Console
        appender.out.name=out
        appender.out.layout.type=PatternLayout
        appender.out.layout.pattern=%d %p %c %m%n
        """;
    private const string Host = "127.0.0.1";
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2), LookEvery = TimeSpan.FromMilliseconds(50);
    private readonly KafkaPrograms _programs;
    private readonly TimeProvider _time;
    private readonly int _port = FreePort.Find(), _controllerPort = FreePort.Find();
    private BrokerGuard? _guard;

    private LocalKafka(KafkaPrograms programs, TimeProvider time) => (_programs, _time) = (programs, time);

    /// <summary>The folder of its data, and of its output in the file <c>log</c>.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("herald-kafka-").FullName;

    /// <summary>The address for clients.</summary>
    public string Servers => string.Create(CultureInfo.InvariantCulture, $"{Host}:{_port}");

    /// <summary>The id of the process that is the parent of the broker, while that runs.</summary>
    public int ProcessId => _guard!.ProcessId;

    private string LogFile => Path.Combine(Folder, "log");
    private string LogSettingsFile => Path.Combine(Folder, "log4j2.properties");
    private string Properties => Path.Combine(Folder, "server.properties");

    /// <param name="settings">Settings as in <c>server.properties</c>. They replace the defaults of this class.</param>
    /// <exception cref="LocalKafkaException">The broker does not start.</exception>
    public static async Task<LocalKafka> StartNewAsync(
        KafkaPrograms programs, IEnumerable<(string Name, string Value)> settings, TimeProvider time, CancellationToken cancel)
    {
        var kafka = new LocalKafka(programs, time);
        try
        {
            await kafka.FormatAsync(settings);
            await kafka.StartAgainAsync(cancel);
            return kafka;
        }
        catch
        {
            await kafka.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Starts the broker, after a stop with its old data and on its old port. Completes when the broker takes connections, because it can
    /// be used from then on.
    /// </summary>
    public async Task StartAgainAsync(CancellationToken cancel)
    {
        var guard = _guard = new BrokerGuard(Folder, _programs.Command("kafka.Kafka", LogSettingsFile, Properties));
        var begun = _time.GetTimestamp();
        while (!await BrokerPort.AnswersAsync(Host, _port, greets: false, cancel))
        {
            if (guard.HasEnded || _time.GetElapsedTime(begun) > StartPatience)
                throw new LocalKafkaException(
                    $"The Kafka in {Folder} did not start: {(File.Exists(LogFile) ? await File.ReadAllTextAsync(LogFile, cancel) : "")}");
            await Task.Delay(LookEvery, _time, cancel);
        }
    }

    public Task StopAsync() => EndAsync("TERM");

    /// <summary>Kills the broker at once, as in a crash.</summary>
    public Task KillAsync() => EndAsync("KILL");

    /// <summary>Freezes the broker: it answers nothing until it is killed.</summary>
    public Task FreezeAsync() => _guard!.FreezeAsync();

    /// <summary>Runs a program of Kafka to its end.</summary>
    /// <returns>The output of the program.</returns>
    /// <exception cref="LocalKafkaException">The program failed.</exception>
    public Task<string> RunToolAsync(string type, string input, params IEnumerable<string> arguments) =>
        _programs.RunAsync(type, LogSettingsFile, input, _time, arguments);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(Folder, true);
    }

    private async Task FormatAsync(IEnumerable<(string Name, string Value)> settings)
    {
        var all = new Dictionary<string, string>
        {
            ["process.roles"] = "broker,controller",
            ["node.id"] = "1",
            ["controller.quorum.voters"] = $"1@{Host}:{_controllerPort}",
            ["listeners"] = $"PLAINTEXT://{Servers},CONTROLLER://{Host}:{_controllerPort}",
            ["advertised.listeners"] = $"PLAINTEXT://{Servers}",
            ["listener.security.protocol.map"] = "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            ["controller.listener.names"] = "CONTROLLER",
            ["inter.broker.listener.name"] = "PLAINTEXT",
            ["log.dirs"] = Path.Combine(Folder, "data"),
            ["auto.create.topics.enable"] = "false",
            ["offsets.topic.num.partitions"] = "4",
            ["offsets.topic.replication.factor"] = "1",
            ["transaction.state.log.num.partitions"] = "4",
            ["transaction.state.log.replication.factor"] = "1",
            ["transaction.state.log.min.isr"] = "1",
            ["group.initial.rebalance.delay.ms"] = "0",
            ["num.network.threads"] = "2",
            ["num.io.threads"] = "2",
            ["log.cleaner.dedupe.buffer.size"] = "16777216",
        };
        foreach (var (name, value) in settings)
            all[name] = value;
        await File.WriteAllLinesAsync(Properties, all.Select(setting => $"{setting.Key}={setting.Value}"));
        await File.WriteAllTextAsync(LogSettingsFile, LogSettings);
        await RunToolAsync("kafka.tools.StorageTool", "", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", Properties);
    }

    private async Task EndAsync(string signal)
    {
        if (_guard is not { } guard)
            return;
        _guard = null;
        await guard.EndAsync(signal);
    }
}
