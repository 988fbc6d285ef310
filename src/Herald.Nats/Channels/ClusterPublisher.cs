using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;

namespace Herald.Nats.Channels;

/// <summary>Publishes with confirmation: by the stream that takes the subject, or, if no stream does, by the server.</summary>
internal sealed class ClusterPublisher : IAsyncDisposable
{
    /// <summary>Longer than any attempt waits for an answer.</summary>
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

    /// <exception cref="NatsException">The cluster does not have the message, or that is unknown.</exception>
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
