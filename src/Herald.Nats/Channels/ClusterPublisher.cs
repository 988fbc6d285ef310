using System.Text;
using Herald.Brokers.Channels;
using Herald.Engine.Channels;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;
using NATS.Client.Core;

namespace Herald.Nats.Channels;

/// <summary>Publishes with confirmation: by the stream that takes the subject, or, if no stream does, by the server.</summary>
internal sealed class ClusterPublisher : IClusterPublisher
{
    private const string Key = "key";

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

    public string? Trouble => _connection.Trouble;

    public Task WarmUpAsync(CancellationToken cancel) => _connection.WhenConnectedAsync(cancel);

    public async ValueTask<AttemptResult> PublishAsync(string name, Attempt attempt, CancellationToken cancel)
    {
        try
        {
            await PublishAsync(Write(attempt, name), cancel).ConfigureAwait(false);
            return AttemptResult.Delivered;
        }
        catch (NatsException failure)
        {
            return Judge(failure);
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>A failing cluster is normal work.</summary>
    internal static AttemptResult Judge(NatsException failure)
    {
        // Too large is an error of this event alone: no further attempt can succeed. The others are errors of the subject, the stream or
        // the cluster: an operator can correct them. The backlog is delivered then.
        var isTooLarge = failure is NatsRefusedException { IsTooLarge: true } or JetStreamException { ErrorCode: JetStreamError.MessageTooLarge };
        return new()
        {
            Outcome = isTooLarge ? AttemptOutcome.Rejected : AttemptOutcome.Failed,
            Stage = failure switch
            {
                NatsUnavailableException or NatsTimeoutException => AttemptStage.Wait,
                NatsRefusedException { IsTooLarge: true } => AttemptStage.Send,
                _ => AttemptStage.Response,
            },
            StatusCode = (failure as JetStreamException)?.Code,
            Reason = failure.Message,
            EndpointTroubled = !isTooLarge,
        };
    }

    private async Task PublishAsync(OutgoingMessage message, CancellationToken cancel)
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

    /// <summary>
    /// Converts an event into a message. The attributes become headers with their names. An attribute that cannot be a header (its name is
    /// not printable, or its value has line ends) is left out.
    /// </summary>
    private static OutgoingMessage Write(in Attempt attempt, string subject)
    {
        var view = attempt.Event;
        var headers = new NatsHeaders();
        foreach (var (name, value) in view)
        {
            if (HeaderText.Encoding.GetString(name) is var text && !IsOwn(text))
                headers.TryAdd(text, value);
        }
        EventHeaders.AddTo(headers, attempt, static (to, name, value) => to.TryAdd(name, value));
        headers.TryAdd(JetStreamClient.MessageIdHeader, Encoding.ASCII.GetBytes(attempt.MessageId));
        if (view.HasKey && !view.Key.IsEmpty)
            headers.TryAdd(Key, view.Key);
        return new(subject, view.Payload) { Headers = headers };
    }

    // An attribute must not take the place of a header of Herald. Headers that begin with "Nats-" are instructions to servers.
    private static bool IsOwn(string name) =>
        name is Key or EventHeaders.Type or EventHeaders.ContentType or EventHeaders.Trace
        || name.StartsWith("nats-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("herald-", StringComparison.OrdinalIgnoreCase);
}
