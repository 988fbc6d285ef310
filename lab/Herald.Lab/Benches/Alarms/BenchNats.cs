using Herald.Lab.Alarms;
using Herald.Lab.Benches.Databases;
using Herald.Lab.Benches.Rounds;
using Herald.LocalServers.Brokers;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Lab.Benches.Alarms;

/// <summary>A throw-away NATS server on this machine, from which the measured servers read, and a connection to it.</summary>
internal sealed class BenchNats : IAsyncDisposable
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(30);
    private readonly LocalNats _server;

    private BenchNats(LocalNats server, ClusterConnection connection)
    {
        (_server, Connection) = (server, connection);
        Cpu = new CpuSource("nats-server", () => ProcessTree.CpuOf(server.ProcessId));
    }

    public string Url => _server.Url;
    public ClusterConnection Connection { get; }
    public CpuSource Cpu { get; }

    /// <exception cref="BenchException">No NATS server can be started.</exception>
    public static async Task<BenchNats> StartAsync(TimeProvider time, CancellationToken cancel)
    {
        try
        {
            var server = await LocalNats.StartNewAsync(jetStream: true, [], time, cancel);
            var connection = ClusterConnection.Begin(
                new ConnectionOptions { Servers = ServerAddress.ParseAll(server.Url)!, Name = "bench" }, time, NullLogger.Instance);
            await connection.WhenConnectedAsync(cancel);
            return new(server, connection);
        }
        catch (LocalNatsException failure)
        {
            throw new BenchException(failure.Message);
        }
    }

    /// <summary>Publishes the messages into a stream. The stream has them all when the task completes.</summary>
    public async Task FillAsync(string stream, AlarmTraffic traffic, int messages, CancellationToken cancel)
    {
        const int AtOnce = 1000;
        var jetStream = new JetStreamClient(Connection, AnswerPatience);
        await jetStream.EnsureStreamAsync(
            new StreamSpec(
                stream,
                [AlarmMessage.StatusChanged, $"{AlarmMessage.StatusChanged}.>", AlarmMessage.SendDigest, $"{AlarmMessage.SendDigest}.>"]),
            cancel);
        var open = new Queue<Task>(AtOnce);
        for (var left = messages; left > 0; left--)
        {
            if (open.Count == AtOnce)
                await open.Dequeue();
            var next = traffic.Next();
            open.Enqueue(jetStream.PublishAsync(next with { Payload = next.Payload.ToArray() }, cancel));
        }
        await Task.WhenAll(open);
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await _server.DisposeAsync();
    }
}
