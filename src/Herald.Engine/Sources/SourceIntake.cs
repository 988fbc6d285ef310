using Herald.Engine.Catalogs;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Sources;

/// <summary>The door for messages of one source, into one topic.</summary>
/// <remarks>
/// One batch may be filled while the one before it is published; they are published one after another, so that messages are accepted in
/// the order in which they were read.
/// </remarks>
public sealed class SourceIntake(HeraldEngine engine, string topic, IMessageReader reader, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50), LongestWait = TimeSpan.FromSeconds(5);
    private Topic? _topic;

    internal IMessageReader Reader => reader;
    internal int MaxPayloadBytes => engine.Intake.Options.MaxPayloadBytes;

    /// <summary>Makes sure of the topic. What comes after it needs it.</summary>
    /// <exception cref="ArgumentException">The topic's name is none.</exception>
    public async ValueTask StartAsync(CancellationToken cancel)
    {
        if (SubscriptionRules.CheckName("/topic", topic) is { } problem)
            throw new ArgumentException($"'{problem.Value}': {problem.Rule}");
        _topic = await FindTopicAsync(cancel);
    }

    public SourceBatch Begin() => new(this, Rent());

    internal PublishBatch Rent() => engine.Intake.Rent(_topic ?? throw new InvalidOperationException("The intake has not been started."));

    /// <summary>Tries until it is done: a source that gave up would leave a hole in the order.</summary>
    internal async ValueTask AppendAsync(PublishBatch events, CancellationToken cancel)
    {
        for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                // Deleted and made again, it is another one: what goes to the old one would reach nobody.
                _topic = await FindTopicAsync(cancel);
                events.MoveTo(_topic);
                await engine.Intake.PublishAsync(events, cancel: cancel);
                return;
            }
            catch (StoreUnavailableException failure)
            {
                logger.LogWarning("Topic {Topic}: {Count} messages could not be saved ({Reason}); trying again in {Wait}.", topic, events.Count, failure.Message, wait);
                await Task.Delay(wait, time, cancel);
            }
        }
    }

    private async ValueTask<Topic> FindTopicAsync(CancellationToken cancel)
    {
        if (await engine.Catalog.FindTopicAsync(topic, cancel) is { } found)
            return found;
        var made = await engine.Catalog.PutTopicAsync(topic, cancel);
        logger.LogInformation("Topic {Topic} was made for a source.", topic);
        return made.Value ?? throw new StoreUnavailableException($"The topic '{topic}' was deleted while it was made.");
    }
}
