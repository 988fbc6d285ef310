using Herald.Engine.Catalogs;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Sources;

/// <summary>Takes the messages of one source into one topic.</summary>
/// <remarks>
/// One batch may be filled while the one before it is published. Batches are published one after another, so that messages are accepted in
/// the order in which they were read.
/// </remarks>
public sealed class SourceIntake(Intake intake, Catalog catalog, string topic, IMessageReader reader, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50), LongestWait = TimeSpan.FromSeconds(5);
    private const string ClosedRule = "The topic takes events only through its application.";

    private Topic? _topic;
    private volatile bool _isWaitingForRoom;

    /// <summary>The store is full: the present batch waits, and nothing after it is published.</summary>
    public bool IsWaitingForRoom => _isWaitingForRoom;

    internal IMessageReader Reader => reader;
    internal int MaxPayloadBytes => intake.Options.MaxPayloadBytes;

    /// <summary>Creates the topic if it does not exist. Must be called first.</summary>
    /// <exception cref="ArgumentException">The topic's name is not valid, or the topic is closed.</exception>
    public async ValueTask StartAsync(CancellationToken cancel)
    {
        _topic = await FindTopicAsync(cancel);
        if (IsClosed(_topic))
            throw new ArgumentException($"'{topic}': {ClosedRule} Start this server with the application, or use another topic.");
    }

    public SourceBatch Begin() => new(this, Rent());

    internal PublishBatch Rent() => intake.Rent(_topic ?? throw new InvalidOperationException("The intake has not been started."));

    /// <summary>
    /// Tries until each event is durable, or was so before. A source that gave up would leave a gap in the order. When a batch was taken in
    /// part, only the events without room are sent again.
    /// </summary>
    internal async ValueTask AppendAsync(PublishBatch events, CancellationToken cancel)
    {
        var (began, isAnswered, said) = (time.GetTimestamp(), false, "");
        try
        {
            for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
            {
                string reason;
                try
                {
                    // The topic may have been deleted and created again. Events for the old number would reach no subscription.
                    _topic = await FindTopicAsync(cancel);
                    if (IsClosed(_topic))
                    {
                        reason = ClosedRule;
                    }
                    else
                    {
                        events.MoveTo(_topic);
                        if (isAnswered)
                            await intake.PublishRefusedAsync(events, cancel);
                        else
                            await intake.PublishAsync(events, cancel);
                        isAnswered = true;
                        _isWaitingForRoom = events.CountRefused() > 0;
                        if (!_isWaitingForRoom)
                            break;
                        reason = "the store is full, and nothing can be freed until more events are delivered";
                    }
                }
                catch (StoreUnavailableException failure)
                {
                    reason = failure.Message;
                }
                // Log each cause once, however long it lasts.
                if (reason != said)
                    logger.LogWarning(
                        "Topic {Topic}: messages of a source cannot be saved ({Reason}). The source stops "
                            + "reading, keeps its position, and retries.",
                        topic, reason.TrimEnd('.'));
                said = reason;
                await Task.Delay(wait, time, cancel);
            }
        }
        finally
        {
            _isWaitingForRoom = false;
        }
        if (said.Length > 0)
            logger.LogInformation(
                "Topic {Topic}: the messages of a source are saved after {Waited}. The source reads on.", topic,
                time.GetElapsedTime(began));
    }

    /// <summary>An application closes its topic to messages that its own reader has not read.</summary>
    private bool IsClosed(Topic found) => found.IsClosed && reader is PlainReader;

    private async ValueTask<Topic> FindTopicAsync(CancellationToken cancel)
    {
        if (await catalog.FindTopicAsync(topic, cancel) is { } found)
            return found;
        var made = await catalog.EnsureTopicAsync(topic, cancel);
        logger.LogInformation("Topic {Topic} did not exist and was created for a source.", topic);
        return made;
    }
}
