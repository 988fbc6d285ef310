using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;

namespace Herald.Nats.Channels;

/// <summary>Publishes so that the cluster has said that it has the message: by the stream that takes its subject, or by the server, where none does.</summary>
internal sealed class ClusterPublisher : IAsyncDisposable
{
    /// <summary>An answer that takes longer is of no use: the attempt has ended before.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(5);

    private readonly ClusterConnection _connection;
    private readonly JetStreamClient _jetStream;
    private readonly SubjectStreams _streams;

    public ClusterPublisher(ClusterConnection connection, TimeProvider time)
    {
        _connection = connection;
        _jetStream = new JetStreamClient(connection, LongestAnswer);
        _streams = new SubjectStreams(_jetStream, time);
    }

    /// <summary>Why there is no connection; null when there is one.</summary>
    public string? Trouble => _connection.Trouble;

    public Task WhenConnectedAsync(CancellationToken cancel) => _connection.WhenConnectedAsync(cancel);

    /// <exception cref="NatsException">It has not, or nobody knows.</exception>
    public async Task PublishAsync(OutgoingMessage message, CancellationToken cancel)
    {
        if (!await _streams.TakesAsync(message.Subject, cancel).ConfigureAwait(false))
        {
            await _connection.PublishConfirmedAsync(message, cancel).ConfigureAwait(false);
            return;
        }
        try
        {
            await _jetStream.PublishAsync(message, cancel).ConfigureAwait(false);
        }
        catch (JetStreamException)
        {
            _streams.Doubt(message.Subject);
            throw;
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
