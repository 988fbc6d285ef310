using Herald.Lab.Alarms;
using Herald.Nats.Clusters;
using Herald.TestKit.Traces;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Soak.Traffic;

/// <summary>
/// Publishes to a NATS stream that Herald reads. The subject is the key. An event counts as accepted when the stream acknowledges it.
/// </summary>
internal sealed class NatsEntrance : IEntrance
{
    private readonly ClusterConnection _connection;
    private readonly AlarmPublisher _publisher;
    private readonly TraceRecorder _trace;

    public NatsEntrance(string url, TraceRecorder trace, TimeProvider time)
    {
        _trace = trace;
        var options = new ConnectionOptions { Servers = ServerAddress.ParseAll(url)!, Name = "soak" };
        _connection = ClusterConnection.Begin(options, time, NullLogger.Instance);
        _publisher = new AlarmPublisher(_connection, kept: true, TimeSpan.MaxValue, time);
    }

    public string Topic => Topics.Nats;

    public async Task SendAsync(IReadOnlyList<Tale> tales, CancellationToken cancel)
    {
        TracedSource.Ask(_trace, Topic, tales, hasType: false);
        await _publisher.PublishAsync([.. tales.Select(tale => new AlarmMessage(tale.Key, tale.Id, tale.Payload))], cancel);
        TracedSource.Accept(_trace, Topic, tales);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
