using System.Net;

namespace Herald.Client;

/// <summary>
/// Publishes batches one after another. If the result of a batch is unknown (no answer, or an answer that means "not now"), the batch is
/// sent again with the same ids before the next one. So Herald stores each event once, and the order per key survives every retry.
/// </summary>
/// <param name="client">Called for every try. With several servers, another one can answer then.</param>
/// <param name="patience">How long one batch is retried. After that, the caller gets the last answer or exception.</param>
public sealed class EventPublisher(Func<HeraldClient> client, string topic, TimeSpan patience, TimeProvider time)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);
    private bool _hasAnswered;

    /// <summary>How often a batch was sent again.</summary>
    public long Retries { get; private set; }

    /// <param name="events">Each with an id: an event without one can be stored twice.</param>
    public Task<Reply<PublishAnswer>> SendAsync(IReadOnlyList<NewEvent> events, CancellationToken cancel = default) =>
        SendAsync(() => client().Events.PublishAsync(topic, events, cancel), cancel);

    /// <param name="ndjson">One JSON envelope per line, each with an id.</param>
    public Task<Reply<PublishAnswer>> SendAsync(ReadOnlyMemory<byte> ndjson, CancellationToken cancel = default) =>
        SendAsync(() => client().Events.PublishLinesAsync(topic, ndjson, cancel), cancel);

    private async Task<Reply<PublishAnswer>> SendAsync(Func<Task<Reply<PublishAnswer>>> send, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        for (var wait = ShortestWait; ; wait = Shorter(wait * 2, LongestWait))
        {
            TimeSpan? asked = null;
            try
            {
                var reply = await send();
                _hasAnswered = true;
                if (!MayWorkLater(reply) || IsOver(began))
                    return reply;
                asked = reply.RetryAfter;
            }
            // A server that has never answered has probably a wrong address, and is probably not just restarting.
            catch (HttpRequestException) when (_hasAnswered && !IsOver(began)) { }
            catch (TaskCanceledException) when (!cancel.IsCancellationRequested && !IsOver(began)) { }
            Retries++;
            await Task.Delay(asked is { } given ? Shorter(given, patience) : wait, time, cancel);
        }
    }

    // A server that does not know the request will not know it later.
    private static bool MayWorkLater(Reply<PublishAnswer> reply) =>
        reply.Status is (int)HttpStatusCode.TooManyRequests or (>= 500 and not (int)HttpStatusCode.NotImplemented)
        || SomeFoundNoRoom(reply);

    /// <summary>
    /// A batch is spread over several shards, and some of them can be full. When it is sent again, the stored events are duplicates.
    /// </summary>
    private static bool SomeFoundNoRoom(Reply<PublishAnswer> reply) =>
        reply is { Status: (int)HttpStatusCode.MultiStatus, Value: { } answer }
        && answer.Results.Any(result => result.Problem?.Code == "no-room");

    private bool IsOver(long began) => time.GetElapsedTime(began) >= patience;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
