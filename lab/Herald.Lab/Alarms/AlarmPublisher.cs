using Herald.Nats;
using Herald.Nats.Clusters;
using Herald.Nats.JetStream;
using Herald.Nats.Messages;

namespace Herald.Lab.Alarms;

/// <summary>
/// Publishes messages to a NATS cluster, in order as long as none has to be repeated, and waits until they are safe there.
/// </summary>
/// <param name="kept">
/// True when a stream keeps the messages: each is published until the stream acknowledges it. Otherwise each is published once, to the
/// current subscribers.
/// </param>
public sealed class AlarmPublisher(ClusterConnection connection, bool kept, TimeSpan patience, TimeProvider time)
{
    private const int AtOnce = 1000;
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromMilliseconds(200);
    private readonly JetStreamClient _jetStream = new(connection, AnswerPatience);

    /// <summary>Completes when all messages are safe. A repeated message is recognised by its id.</summary>
    /// <exception cref="NatsException">The messages could not be published within the patience.</exception>
    public async Task PublishAsync(IReadOnlyList<AlarmMessage> messages, CancellationToken cancel)
    {
        if (!kept)
        {
            foreach (var message in messages)
                await connection.PublishAsync(new(message.Subject, message.Payload), cancel);
            await connection.FlushAsync(cancel);
            return;
        }
        foreach (var chunk in messages.Chunk(AtOnce))
            await PublishKeptAsync(chunk, cancel);
    }

    private async Task PublishKeptAsync(AlarmMessage[] messages, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                await Task.WhenAll(messages.Select(message => _jetStream.PublishAsync(WithId(message), cancel)).ToArray());
                return;
            }
            catch (NatsException) when (time.GetElapsedTime(began) < patience)
            {
                await Task.Delay(Pause, time, cancel);
            }
        }
    }

    private static OutgoingMessage WithId(AlarmMessage message) => new(message.Subject, message.Payload)
    {
        Headers = new() { [JetStreamClient.MessageIdHeader] = message.Id },
    };
}
