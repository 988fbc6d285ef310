using Herald.Nats.Connecting;
using Herald.Nats.Wire;

namespace Herald.Nats.JetStream;

/// <summary>Streams that keep messages, and consumers that remember how far somebody has read.</summary>
/// <param name="timeout">How long an answer is waited for.</param>
public sealed class JetStreamClient(NatsConnection connection, TimeSpan timeout)
{
    /// <summary>The header by which a stream recognises a message that comes twice.</summary>
    public const string MessageIdHeader = "Nats-Msg-Id";

    private readonly JetStreamApi _api = new(connection, timeout);

    /// <summary>Makes the stream if it is not there. One that is there is left as it is: it is somebody's.</summary>
    /// <exception cref="NatsSetupException">There is one by this name, without these subjects.</exception>
    /// <exception cref="JetStreamException">It cannot be made, say because another stream has its subjects.</exception>
    public async Task<StreamAnswer> EnsureStreamAsync(StreamSpec spec, CancellationToken cancel)
    {
        var there = await FindAsync(spec.Name, cancel).ConfigureAwait(false);
        if (there is null)
        {
            try
            {
                return await _api.AskAsync($"STREAM.CREATE.{spec.Name}", Config(spec), ApiJson.Default.StreamConfig, ApiJson.Default.StreamAnswer, cancel).ConfigureAwait(false);
            }
            catch (JetStreamException taken) when (taken.ErrorCode == JetStreamError.StreamNameInUse)
            {
                // Somebody has made it in between, otherwise.
                there = await FindAsync(spec.Name, cancel).ConfigureAwait(false) ?? throw new JetStreamException(taken.Code, taken.ErrorCode, taken.Description);
            }
        }
        var has = there.Config?.Subjects ?? [];
        var missing = spec.Subjects.Where(subject => !has.Any(wide => Subjects.Covers(wide, subject))).ToList();
        if (missing.Count > 0)
        {
            throw new NatsSetupException(
                $"The stream '{spec.Name}' is there and takes {Join(has)}, but not {Join(missing)}: add the missing subjects to it, or use another stream.");
        }
        return there;
    }

    /// <returns>The stream that takes this subject; null when none does.</returns>
    /// <exception cref="JetStreamException">There is no JetStream.</exception>
    public async Task<string?> FindStreamAsync(string subject, CancellationToken cancel)
    {
        var answer = await _api.AskAsync("STREAM.NAMES", new(subject), ApiJson.Default.StreamNamesRequest, ApiJson.Default.StreamNamesAnswer, cancel).ConfigureAwait(false);
        return answer.Streams is [var name, ..] ? name : null;
    }

    /// <summary>Makes the consumer if it is not there. One that is there is left as it is, and remembers where it stands.</summary>
    /// <exception cref="NatsSetupException">There is one by this name that cannot do what it is for.</exception>
    /// <exception cref="JetStreamException">It cannot be made, say because there is no such stream.</exception>
    public async Task EnsureConsumerAsync(ConsumerSpec spec, CancellationToken cancel)
    {
        if (await FindConsumerAsync(spec.Stream, spec.Name, cancel).ConfigureAwait(false) is { Config: { } there })
        {
            Judge(spec, there);
            return;
        }
        var request = new ConsumerRequest(spec.Stream, Config(spec));
        // Asked twice for the same, it says yes twice.
        await _api.AskAsync($"CONSUMER.DURABLE.CREATE.{spec.Stream}.{spec.Name}", request, ApiJson.Default.ConsumerRequest, ApiJson.Default.ConsumerAnswer, cancel).ConfigureAwait(false);
    }

    /// <summary>Makes a consumer that begins at a sequence, and goes when nobody has asked it for a while. It remembers nothing that its maker does not know.</summary>
    /// <param name="name">One that no other has.</param>
    /// <returns>The server of a cluster that it is on; null when the server is alone.</returns>
    /// <exception cref="JetStreamException">It cannot be made, say because there is no such stream.</exception>
    public async Task<string?> BeginConsumerAsync(string stream, string name, OrderedStart start, CancellationToken cancel)
    {
        var config = new ConsumerConfig
        {
            Name = name,
            AckPolicy = "all",
            DeliverPolicy = "by_start_sequence",
            OptStartSeq = start.Sequence,
            FilterSubject = start.Subjects is [var only] ? only : null,
            FilterSubjects = start.Subjects.Count > 1 ? start.Subjects : null,
            // Nothing is ever delivered twice by it: who reads makes another one instead.
            AckWait = Nanoseconds.Of(start.AckWait),
            MaxAckPending = -1,
            InactiveThreshold = Nanoseconds.Of(start.Idle),
            MemStorage = true,
            NumReplicas = 1,
        };
        var made = await _api.AskAsync($"CONSUMER.CREATE.{stream}.{name}", new(stream, config), ApiJson.Default.ConsumerRequest, ApiJson.Default.ConsumerAnswer, cancel).ConfigureAwait(false);
        return made.Cluster?.Leader;
    }

    /// <returns>The server of a cluster that leads the stream; null when the server is alone.</returns>
    /// <exception cref="NatsUnavailableException">There is none now.</exception>
    /// <exception cref="JetStreamException">There is no such stream.</exception>
    public async Task<string?> FindLeaderAsync(string stream, CancellationToken cancel)
    {
        var answer = await _api.AskAsync($"STREAM.INFO.{stream}", ApiJson.Default.StreamAnswer, cancel).ConfigureAwait(false);
        return answer.Cluster is { Leader: null or "" } ? throw new NatsUnavailableException($"No server leads the stream '{stream}' now.") : answer.Cluster?.Leader;
    }

    /// <summary>Deletes a consumer, if it is still there.</summary>
    /// <exception cref="JetStreamException">It cannot be done now.</exception>
    public async Task DeleteConsumerAsync(string stream, string name, CancellationToken cancel)
    {
        try
        {
            await _api.AskAsync($"CONSUMER.DELETE.{stream}.{name}", ApiJson.Default.ConsumerAnswer, cancel).ConfigureAwait(false);
        }
        catch (JetStreamException missing) when (missing.ErrorCode is JetStreamError.ConsumerNotFound or JetStreamError.StreamNotFound)
        {
            // It has gone by itself.
        }
    }

    /// <returns>How many messages the consumer has still to deliver; null when it is no more.</returns>
    public async Task<long?> PendingAsync(string stream, string consumer, CancellationToken cancel) =>
        (await FindConsumerAsync(stream, consumer, cancel).ConfigureAwait(false))?.NumPending;

    /// <summary>Complete when a stream has the message. With a <see cref="MessageIdHeader"/> it may be tried again without being stored twice.</summary>
    /// <exception cref="JetStreamException">No stream takes this subject, or the one that does cannot now.</exception>
    public async Task<PublishReceipt> PublishAsync(OutgoingMessage message, CancellationToken cancel)
    {
        var answer = await _api.SendAsync(message, ApiJson.Default.PublishAnswer, $"No stream takes '{message.Subject}'.", cancel).ConfigureAwait(false);
        return answer.Stream is { Length: > 0 } stream
            ? new(stream, answer.Seq, answer.Duplicate)
            : throw new JetStreamException(503, 0, $"The answer on '{message.Subject}' names no stream.");
    }

    public PullConsumer Pull(string stream, string consumer) => new(connection, stream, consumer);

    private async Task<StreamAnswer?> FindAsync(string stream, CancellationToken cancel)
    {
        try
        {
            return await _api.AskAsync($"STREAM.INFO.{stream}", ApiJson.Default.StreamAnswer, cancel).ConfigureAwait(false);
        }
        catch (JetStreamException missing) when (missing.ErrorCode == JetStreamError.StreamNotFound)
        {
            return null;
        }
    }

    private async Task<ConsumerAnswer?> FindConsumerAsync(string stream, string name, CancellationToken cancel)
    {
        try
        {
            return await _api.AskAsync($"CONSUMER.INFO.{stream}.{name}", ApiJson.Default.ConsumerAnswer, cancel).ConfigureAwait(false);
        }
        catch (JetStreamException missing) when (missing.ErrorCode == JetStreamError.ConsumerNotFound)
        {
            return null;
        }
    }

    private static void Judge(ConsumerSpec spec, ConsumerConfig there)
    {
        var wrong = !string.IsNullOrEmpty(there.DeliverSubject) ? "it pushes, and cannot be asked for messages"
            : there.AckPolicy != "explicit" ? $"its ack_policy is '{there.AckPolicy}', not 'explicit'"
            : (there.FilterSubject ?? "") != (spec.FilterSubject ?? "") ? $"it reads '{there.FilterSubject}', not '{spec.FilterSubject}'"
            : null;
        if (wrong is not null)
            throw new NatsSetupException($"The consumer '{spec.Name}' of the stream '{spec.Stream}' is there, but {wrong}: delete it, or use another name.");
    }

    private static StreamConfig Config(StreamSpec spec) => new()
    {
        Name = spec.Name,
        Subjects = spec.Subjects,
        NumReplicas = spec.Replicas,
        DuplicateWindow = Nanoseconds.Of(spec.DuplicateWindow),
    };

    private static ConsumerConfig Config(ConsumerSpec spec) => new()
    {
        DurableName = spec.Name,
        AckWait = Nanoseconds.Of(spec.AckWait),
        MaxAckPending = spec.MaxAckPending,
        FilterSubject = spec.FilterSubject,
    };

    private static string Join(IEnumerable<string> subjects) => string.Join(", ", subjects.DefaultIfEmpty("nothing"));
}
