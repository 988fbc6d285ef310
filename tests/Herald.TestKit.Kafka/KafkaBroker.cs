using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Herald.Cli.Databases;
using Xunit;

namespace Herald.TestKit.Kafka;

/// <summary>
/// A real Kafka of one broker (KRaft), on ports and in a folder of its own, thrown away at the end, however the test process ends. Where there is none,
/// the test that asks for one is skipped.
/// </summary>
public sealed class KafkaBroker : IAsyncDisposable
{
    // Ends the broker when it is told how, or when its input ends, as it does when our process is no more. It is started before signals
    // are shut out: Java leaves alone what was shut out before it, and could not be asked to stop.
    private const string Script = """
        folder=$1
        shift
        "$@" </dev/null >>"$folder/log" 2>&1 &
        broker=$!
        trap '' HUP INT TERM
        if read -r how; then
            kill -"$how" $broker
            wait $broker 2>/dev/null
        else
            kill -KILL $broker
            rm -rf "$folder"
        fi
        """;
    private const string LogSettings = """
        status=error
        rootLogger.level=warn
        rootLogger.appenderRef.out.ref=out
        appender.out.type=Console
        appender.out.name=out
        appender.out.layout.type=PatternLayout
        appender.out.layout.pattern=%d %p %c %m%n
        """;
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);
    private static readonly Lazy<Task<KafkaBroker>> SharedBroker = new(() => StartAsync());
    private readonly string _home, _folder;
    private readonly int _port = PostgresPort.FindFree(), _controllerPort = PostgresPort.FindFree();
    private Process? _guard;
    private int _topics;

    private KafkaBroker(string home, string folder) => (_home, _folder) = (home, folder);

    /// <summary>As clients are told.</summary>
    public string Servers => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    /// <summary>One for all tests of the process that do not stop it: each has topics of its own. Nobody disposes it.</summary>
    public static Task<KafkaBroker> SharedAsync() => SharedBroker.Value;

    /// <param name="settings">As in <c>server.properties</c>; they win over ours.</param>
    public static async Task<KafkaBroker> StartAsync(params (string Name, string Value)[] settings)
    {
        var home = KafkaHome.Require();
        KafkaLibrary.Require();
        var broker = new KafkaBroker(home, Directory.CreateTempSubdirectory("herald-kafka-").FullName);
        try
        {
            await broker.FormatAsync(settings);
            await broker.StartAgainAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it, after a stop with its data and on its port; complete when it answers.</summary>
    public async Task StartAgainAsync()
    {
        _guard = Start([.. Java("kafka.Kafka", Path.Combine(_folder, "server.properties"))]);
        using var admin = Admin();
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if (admin.GetMetadata(TimeSpan.FromSeconds(1)).Brokers.Count > 0)
                    return;
            }
            catch (KafkaException) when (!_guard.HasExited && Stopwatch.GetElapsedTime(begun) < StartPatience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
            catch (KafkaException)
            {
                throw new InvalidOperationException($"The Kafka in {_folder} does not start: {await File.ReadAllTextAsync(Path.Combine(_folder, "log"))}");
            }
        }
    }

    public Task StopAsync() => EndAsync("TERM");

    /// <summary>On the spot, as in a crash.</summary>
    public Task KillAsync() => EndAsync("KILL");

    /// <returns>The name of a new topic; others may begin with the same words.</returns>
    public async Task<string> CreateTopicAsync(string name, int partitions = 4, params (string Name, string Value)[] settings)
    {
        var own = string.Create(CultureInfo.InvariantCulture, $"{name}-{Interlocked.Increment(ref _topics)}");
        await CreateNamedTopicAsync(own, partitions, settings);
        return own;
    }

    public async Task CreateNamedTopicAsync(string name, int partitions, params (string Name, string Value)[] settings)
    {
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = 1, Configs = settings.ToDictionary(s => s.Name, s => s.Value) }]);
    }

    public async Task AddPartitionsAsync(string topic, int total)
    {
        using var admin = Admin();
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = total }]);
    }

    public async Task DeleteTopicAsync(string topic)
    {
        using var admin = Admin();
        await admin.DeleteTopicsAsync([topic]);
    }

    /// <summary>What the group has committed of a topic, all partitions together.</summary>
    public long Committed(string topic, int partitions, string group)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = Servers, GroupId = group }).SetLogHandler((_, _) => { }).Build();
        var places = Enumerable.Range(0, partitions).Select(p => new TopicPartition(topic, p));
        return consumer.Committed(places, TimeSpan.FromSeconds(10)).Where(o => o.Offset.Value >= 0).Sum(o => o.Offset.Value);
    }

    /// <summary>Runs a Java program of the broker's folder to its end.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> RunToolAsync(string type, string input, params string[] arguments)
    {
        var words = Java(type, arguments).ToArray();
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{type} has failed: {await error}{await output}");
        return await output;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_folder, true);
    }

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).SetLogHandler((_, _) => { }).Build();

    private async Task FormatAsync((string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["process.roles"] = "broker,controller",
            ["node.id"] = "1",
            ["controller.quorum.voters"] = $"1@127.0.0.1:{_controllerPort}",
            ["listeners"] = $"PLAINTEXT://{Servers},CONTROLLER://127.0.0.1:{_controllerPort}",
            ["advertised.listeners"] = $"PLAINTEXT://{Servers}",
            ["listener.security.protocol.map"] = "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            ["controller.listener.names"] = "CONTROLLER",
            ["inter.broker.listener.name"] = "PLAINTEXT",
            ["log.dirs"] = Path.Combine(_folder, "data"),
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
        var properties = Path.Combine(_folder, "server.properties");
        await File.WriteAllLinesAsync(properties, all.Select(setting => $"{setting.Key}={setting.Value}"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "log4j2.properties"), LogSettings);
        await RunToolAsync("kafka.tools.StorageTool", "", "format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", properties);
    }

    private Process Start(string[] command)
    {
        string[] words = [.. OperatingSystem.IsLinux() ? (string[])["setsid", "sh"] : ["sh"], "-c", Script, "sh", _folder, .. command];
        return Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardInput = true, WorkingDirectory = _folder })!;
    }

    private async Task EndAsync(string signal)
    {
        if (_guard is null)
            return;
        await _guard.StandardInput.WriteLineAsync(signal);
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync();
        _guard.Dispose();
        _guard = null;
    }

    private IEnumerable<string> Java(string type, params string[] arguments) =>
    [
        "java", "-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
        $"-Dlog4j2.configurationFile={Path.Combine(_folder, "log4j2.properties")}", "-cp", Path.Combine(_home, "libs", "*"), type, .. arguments,
    ];
}
