namespace Herald.Client;

/// <summary>
/// Publishes batches one after another. If the result of a batch is unknown (no answer, or an answer that means "not now"), the batch is
/// sent again with the same ids before the next one. So Herald stores each event once, and the order per key survives every retry.
/// </summary>
/// <param name="client">Called for every try. With several servers, another one can answer then.</param>
/// <param name="patience">How long one batch is retried. After that, the caller gets the last answer or exception.</param>
public sealed class EventPublisher(Func<HeraldClient> client, string topic, TimeSpan patience, TimeProvider time)
{
    private readonly PatientCalls _calls = new(patience, time);

    /// <summary>How often a batch was sent again.</summary>
    public long Retries => _calls.Retries;

    /// <param name="events">Each with an id: an event without one can be stored twice.</param>
    public Task<Reply<PublishAnswer>> SendAsync(IReadOnlyList<NewEvent> events, CancellationToken cancel = default) =>
        _calls.SendAsync(() => client().Events.PublishAsync(topic, events, cancel), SomeFoundNoRoom, cancel);

    /// <param name="ndjson">One JSON envelope per line, each with an id.</param>
    public Task<Reply<PublishAnswer>> SendAsync(ReadOnlyMemory<byte> ndjson, CancellationToken cancel = default) =>
        _calls.SendAsync(() => client().Events.PublishLinesAsync(topic, ndjson, cancel), SomeFoundNoRoom, cancel);

    /// <summary>
    /// A batch is spread over several shards, and some of them can be full. When it is sent again, the stored events are duplicates.
    /// </summary>
    private static bool SomeFoundNoRoom(PublishAnswer answer) => answer.Results.Any(result => result.Problem?.Code == "no-room");
}
