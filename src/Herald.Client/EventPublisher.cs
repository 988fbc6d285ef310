using System.Net;

namespace Herald.Client;

/// <summary>
/// Publishes batches one after another. A batch whose fate is unknown (no answer, or an answer that says "not now") is sent again
/// with the same ids, so that Herald keeps one of it, before the next is sent: order per key survives every retry.
/// </summary>
/// <param name="client">Asked for every try: where there are several servers, another one may answer.</param>
/// <param name="patience">How long one batch is tried again. Once it is over, the last answer or failure is the caller's.</param>
public sealed class EventPublisher(Func<HeraldClient> client, string topic, TimeSpan patience, TimeProvider time)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);
    private bool _hasAnswered;

    /// <summary>Batches sent again.</summary>
    public long Retries { get; private set; }

    public async Task<Reply> SendAsync(ReadOnlyMemory<byte> ndjson, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        for (var wait = ShortestWait; ; wait = Shorter(wait * 2, LongestWait))
        {
            TimeSpan? asked = null;
            try
            {
                var reply = await client().PublishAsync(topic, ndjson, cancel);
                _hasAnswered = true;
                if (!MayWorkLater(reply) || IsOver(began))
                    return reply;
                asked = reply.RetryAfter;
            }
            // A server that has never answered is more likely a wrong address than one that is starting again.
            catch (HttpRequestException) when (_hasAnswered && !IsOver(began)) { }
            catch (TaskCanceledException) when (!cancel.IsCancellationRequested && !IsOver(began)) { }
            Retries++;
            await Task.Delay(asked is { } given ? Shorter(given, patience) : wait, time, cancel);
        }
    }

    private static bool MayWorkLater(Reply reply) => reply.Status is (int)HttpStatusCode.TooManyRequests or >= 500 || SomeFoundNoRoom(reply);

    /// <summary>A batch is spread over shards: some may be full while others are not. Sent again, what was stored is a duplicate.</summary>
    private static bool SomeFoundNoRoom(Reply reply) =>
        reply is { Status: (int)HttpStatusCode.MultiStatus, Body: { } body }
        && body.GetProperty("results").EnumerateArray().Any(
            result => result.TryGetProperty("problem", out var problem) && JsonText.Find(problem, "code") == "no-room");

    private bool IsOver(long began) => time.GetElapsedTime(began) >= patience;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
