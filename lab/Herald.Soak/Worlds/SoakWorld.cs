using System.Globalization;
using Herald.Hosting.Commands;
using Herald.LocalServers.Brokers;
using Herald.LocalServers.Databases;
using Herald.Orders.Commands;
using Herald.Soak.Faults;
using Herald.Soak.Traffic;
using Herald.TestKit.Network;
using Herald.TestKit.Traces;
using Npgsql;

namespace Herald.Soak.Worlds;

/// <summary>All servers of a soak: three nodes over one database with fsync, a Kafka broker and a NATS server, all on 127.0.0.1.</summary>
internal sealed class SoakWorld : IAsyncDisposable
{
    public const string KafkaTopic = "soak", NatsStream = "SOAK", NatsSubjects = "soak.>";
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);
    private const int Nodes = 3, Partitions = 6;
    private const string KafkaProperties = "session.timeout.ms=6000\nheartbeat.interval.ms=1000\n";
    private static readonly TimeSpan StartAgain = TimeSpan.FromSeconds(1);
    private const int StartTries = 60;

    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly List<SoakNode> _nodes = [];
    private readonly Dictionary<FaultKind, string> _leftOut = [];

    private SoakWorld(string folder, LocalPostgres postgres, TimeProvider time) => (_folder, Postgres, _time) = (folder, postgres, time);

    public LocalPostgres Postgres { get; }
    public SmallDisk? Disk { get; private set; }
    public LocalKafka? Kafka { get; private set; }
    public LocalNats? Nats { get; private set; }
    public IReadOnlyList<SoakNode> All => _nodes;

    /// <summary>Faults that cannot be caused on this machine, with the reasons.</summary>
    public IReadOnlyDictionary<FaultKind, string> LeftOut => _leftOut;

    /// <param name="folder">The folder for the logs of the nodes.</param>
    /// <exception cref="LocalPostgresException">No PostgreSQL can be started.</exception>
    public static async Task<SoakWorld> StartAsync(string folder, TimeProvider time, CancellationToken cancel)
    {
        var programs = PostgresPrograms.Find() ?? throw new LocalPostgresException(PostgresPrograms.Missing);
        var settings = new Dictionary<string, string> { ["max_connections"] = "200", ["max_wal_size"] = "256MB", ["fsync"] = "on" };
        var world = new SoakWorld(folder, await LocalPostgres.StartNewAsync(programs, settings), time);
        try
        {
            await world.MountAsync();
            await world.StartBrokersAsync(cancel);
            for (var i = 1; i <= Nodes; i++)
                world._nodes.Add(await world.MakeNodeAsync(string.Create(CultureInfo.InvariantCulture, $"node-{i}"), cancel));
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a node again, and retries while the database is not available.</summary>
    public async Task StartAsync(SoakNode node, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await node.StartAsync(cancel);
                return;
            }
            catch (SoakException) when (tries < StartTries)
            {
                await Task.Delay(StartAgain, _time, cancel);
            }
        }
    }

    /// <summary>Kills the database at once, unless it has ended for lack of room. Its children notice it by themselves.</summary>
    public void KillDatabase()
    {
        if (Postgres.ProcessId is { } process)
            Signal.Kill(process);
    }

    /// <summary>Starts the database if it does not run, and waits until it does.</summary>
    public async Task StartDatabaseAsync(CancellationToken cancel)
    {
        for (var tries = 1; !await AnswersAsync(cancel); tries++)
        {
            try
            {
                await Postgres.StartAsync();
            }
            catch (LocalPostgresException failure)
            {
                // It runs but is not ready, or processes of its predecessor still exist.
                if (tries == StartTries)
                    throw new SoakException(null, $"The database did not start again. {failure.Message}");
            }
            await Task.Delay(StartAgain / 4, _time, cancel);
        }
    }

    /// <summary>Ends everything, and copies its data.</summary>
    /// <param name="folder">The folder for the copies; null to keep nothing.</param>
    public async Task KeepAsync(string? folder)
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        _nodes.Clear();
        if (folder is null)
            return;
        await StopDatabaseAsync("fast");
        await Shell.TryAsync("cp", "-a", Postgres.Folder, Path.Combine(folder, "postgres"));
        if (Kafka is not null)
            await Shell.TryAsync("cp", "-a", Kafka.Folder, Path.Combine(folder, "kafka"));
        if (Nats is not null)
            await Shell.TryAsync("cp", "-a", Nats.Folder, Path.Combine(folder, "nats"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        if (Kafka is not null)
            await Kafka.DisposeAsync();
        if (Nats is not null)
            await Nats.DisposeAsync();
        if (Disk is not null)
        {
            await StopDatabaseAsync("immediate");
            await Disk.DisposeAsync();
        }
        await Postgres.DisposeAsync();
    }

    private async Task MountAsync()
    {
        await Postgres.StopAsync("fast");
        (Disk, var why) = await SmallDisk.TryMountAsync(Path.Combine(Postgres.Folder, "data"));
        if (why is not null)
            _leftOut[FaultKind.Disk] = why;
        await Postgres.StartAsync();
    }

    private async Task StartBrokersAsync(CancellationToken cancel)
    {
        if (KafkaPrograms.Find() is { } programs)
        {
            Kafka = await LocalKafka.StartNewAsync(programs, [], _time, cancel);
            await Kafka.RunToolAsync(
                "org.apache.kafka.tools.TopicCommand", "", "--bootstrap-server", Kafka.Servers,
                "--create", "--topic", KafkaTopic, "--partitions", $"{Partitions}");
        }
        else
            _leftOut[FaultKind.Kafka] = KafkaPrograms.Missing;
        if (NatsProgram.Find() is not null)
            Nats = await LocalNats.StartNewAsync(true, [], _time, cancel);
        else
            _leftOut[FaultKind.Nats] = NatsProgram.Missing;
    }

    private async Task<SoakNode> MakeNodeAsync(string name, CancellationToken cancel)
    {
        var clock = NodeClock.FindLibrary() is { } library ? new NodeClock(library, Path.Combine(_folder, $"{name}.clock")) : null;
        if (clock is null)
            _leftOut[FaultKind.Clock] = "libfaketime is not installed";
        var proxy = FaultProxy.To(Postgres.Port);
        var connection = new NpgsqlConnectionStringBuilder(Postgres.ConnectionString("postgres")) { Port = proxy.Port }.ConnectionString;
        List<string> arguments =
        [
            "--data", Directory.CreateDirectory(Path.Combine(_folder, name)).FullName, "--node", name,
            "--store", "postgres", "--connection", connection, "--lease", $"{Lease.TotalSeconds}s", "--set", "postgres.commandTimeout=3s",
        ];
        if (Kafka is not null)
        {
            var properties = Path.Combine(_folder, "kafka.properties");
            await File.WriteAllTextAsync(properties, KafkaProperties, cancel);
            arguments.AddRange(SetOption.Arguments(
                [.. KafkaOptionSet.SettingsOf("soak", Kafka.Servers, KafkaTopic, Topics.Kafka), new("kafka.clusters.soak.propertiesFile", properties)]));
        }
        if (Nats is not null)
        {
            arguments.AddRange(SetOption.Arguments(
                new("nats.clusters.soak.servers", Nats.Url), new("nats.sources.0.cluster", "soak"),
                new("nats.sources.0.subject", NatsSubjects),
                new("nats.sources.0.to", Topics.Nats), new("nats.sources.0.stream", NatsStream)));
        }
        var node = new SoakNode(name, [.. arguments], proxy, clock, Path.Combine(_folder, $"{name}.log"), _time);
        await node.StartAsync(cancel);
        return node;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        try
        {
            await using var connection = new NpgsqlConnection($"{Postgres.ConnectionString("postgres")};Pooling=false;Timeout=5");
            await connection.OpenAsync(cancel);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task StopDatabaseAsync(string mode)
    {
        try
        {
            await Postgres.StopAsync(mode);
        }
        catch (LocalPostgresException)
        {
            // The database does not run.
        }
    }
}
