namespace Herald.Client;

/// <summary><c>/v1/topics/{topic}/events</c>, and the tail of a topic.</summary>
public sealed class EventsClient
{
    private readonly Calls _calls;

    internal EventsClient(Calls calls) => _calls = calls;

    /// <summary>
    /// Publishes one event. 409 <c>event-conflict</c> when its id was used for another event. After 503 it is unknown whether the event was
    /// stored: publish it again with the same id. <see cref="EventPublisher"/> does that.
    /// </summary>
    public Task<Reply<PublishAnswer>> PublishAsync(string topic, NewEvent one, CancellationToken cancel = default) =>
        _calls.PostAsync(Of(topic), Content.Of(one, ClientJson.Default.NewEvent), ClientJson.Default.PublishAnswer, cancel);

    /// <summary>
    /// Publishes several events, 10,000 at most. 202 when all are durable; 207 when some were refused; with 400 <c>events-refused</c>,
    /// <see cref="Problem.Results"/> has the reasons.
    /// </summary>
    public Task<Reply<PublishAnswer>> PublishAsync(string topic, IReadOnlyList<NewEvent> several, CancellationToken cancel = default) =>
        _calls.PostAsync(
            Of(topic), Content.Of(several, ClientJson.Default.IReadOnlyListNewEvent), ClientJson.Default.PublishAnswer, cancel);

    /// <summary>Publishes events that are JSON already, one envelope per line. A line that is not JSON is refused alone.</summary>
    public Task<Reply<PublishAnswer>> PublishLinesAsync(string topic, ReadOnlyMemory<byte> ndjson, CancellationToken cancel = default) =>
        _calls.PostAsync(Of(topic), Content.Lines(ndjson), ClientJson.Default.PublishAnswer, cancel);

    /// <summary>An event with its deliveries and attempts.</summary>
    /// <param name="key">The event's key. Without it, all shards are searched.</param>
    public Task<Reply<EventStory>> GetAsync(string topic, string id, string? key = null, CancellationToken cancel = default) =>
        _calls.GetAsync(Address.WithQuery($"{Of(topic)}/{Address.Escape(id)}", ("key", key)), ClientJson.Default.EventStory, cancel);

    /// <summary>An event with its delivery to one subscription, which says why if the subscription does not get the event.</summary>
    /// <param name="key">The event's key. Without it, all shards are searched.</param>
    public Task<Reply<EventStory>> GetDeliveryAsync(
        string topic, string id, string subscription, string? key = null, CancellationToken cancel = default) =>
        _calls.GetAsync(
            Address.WithQuery($"{Of(topic)}/{Address.Escape(id)}", ("key", key), ("subscription", subscription)),
            ClientJson.Default.EventStory, cancel);

    /// <summary>
    /// The event of a message that a receiver of the subscription has seen, with its delivery. The newest events are searched.
    /// </summary>
    /// <param name="messageId">For example the header <c>webhook-id</c>.</param>
    public Task<Reply<EventStory>> GetMessageAsync(string messageId, string subscription, CancellationToken cancel = default) =>
        _calls.GetAsync(
            Address.WithQuery($"/v1/messages/{Address.Escape(messageId)}", ("subscription", subscription)),
            ClientJson.Default.EventStory, cancel);

    /// <summary>Opens the stream of events as they are accepted. Dispose the tail to end it.</summary>
    public Task<Reply<EventTail>> TailAsync(string topic, CancellationToken cancel = default) =>
        _calls.OpenTailAsync($"/v1/topics/{Address.Escape(topic)}/tail", cancel);

    private static string Of(string topic) => $"/v1/topics/{Address.Escape(topic)}/events";
}
