using System.Net;

namespace Herald.Client;

/// <summary>Repeats a request while its outcome is unknown (no answer, or an answer that means "not now").</summary>
/// <param name="patience">How long one request is repeated. After that, the caller gets the last answer or exception.</param>
internal sealed class PatientCalls(TimeSpan patience, TimeProvider time)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);
    private bool _hasAnswered;

    /// <summary>How often a request was repeated.</summary>
    public long Retries { get; private set; }

    /// <param name="foundNoRoom">Whether a part of a successful answer means "not now".</param>
    public async Task<Reply<T>> SendAsync<T>(Func<Task<Reply<T>>> send, Func<T, bool> foundNoRoom, CancellationToken cancel)
        where T : class
    {
        var began = time.GetTimestamp();
        for (var wait = ShortestWait; ; wait = Shorter(wait * 2, LongestWait))
        {
            TimeSpan? asked = null;
            try
            {
                var reply = await send();
                _hasAnswered = true;
                if (!MayWorkLater(reply, foundNoRoom) || IsOver(began))
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
    private static bool MayWorkLater<T>(Reply<T> reply, Func<T, bool> foundNoRoom)
        where T : class =>
        reply.Status is (int)HttpStatusCode.TooManyRequests or (>= 500 and not (int)HttpStatusCode.NotImplemented)
        || (reply is { Status: (int)HttpStatusCode.MultiStatus, Value: { } answer } && foundNoRoom(answer));

    private bool IsOver(long began) => time.GetElapsedTime(began) >= patience;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
