using System.Buffers;
using System.Text;
using Herald.Engine.Basics;
using Herald.Kafka.Producers;
using Herald.Notifications.Posts;
using Microsoft.Extensions.Logging;

namespace Herald.Notifications.Doors;

/// <summary>
/// Makes posts durable in a topic of Kafka, with the uuid as key. Nodes take them from there into the store, as they take the messages of
/// other programs.
/// </summary>
/// <remarks>
/// It asks no store, so that the door is open while the store is down. So it also does not know what was posted before: each valid post is
/// new here, and the application finds repeats and conflicts.
/// </remarks>
/// <param name="patience">A post that Kafka has not confirmed by then is answered as unknown.</param>
internal sealed class KafkaFront(BatchSender sender, TimeSpan patience, TimeProvider time, ILogger logger) : IFront, IDisposable
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);

    private long _lastLine;

    public bool IsKafka => true;

    /// <returns>Why posts cannot be sent yet, or null.</returns>
    public Task<string?> WarmUpAsync(TimeSpan wait, CancellationToken cancel) => sender.WarmUpAsync(wait, cancel);

    public async ValueTask<PostAnswer[]> PutAsync(ReadOnlyMemory<CheckedPost> posts, CancellationToken cancel)
    {
        var receivedMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        var sent = new Task<SentMessage>[posts.Length];
        for (var at = 0; at < sent.Length; at++)
            sent[at] = sender.SendAsync(ToMessage(posts.Span[at].Post, receivedMs));
        try
        {
            await Task.WhenAll(sent).WaitAsync(patience, time, cancel);
        }
        catch (TimeoutException)
        {
            // The client may still send them. Their callers post them again.
        }
        Tell(sent);
        return Array.ConvertAll(sent, AnswerOf);
    }

    public void Dispose() => sender.Dispose();

    /// <summary>Callers are told only that Kafka has not confirmed. The operator is told why, a line from time to time.</summary>
    private void Tell(Task<SentMessage>[] sent)
    {
        var failed = Array.Find(sent, one => !one.IsCompletedSuccessfully || one.Result.Outcome == SentOutcome.Unknown);
        if (failed is null)
            return;
        var (last, now) = (Volatile.Read(ref _lastLine), time.GetTimestamp());
        if ((last != 0 && time.GetElapsedTime(last, now) < LineEvery) || Interlocked.CompareExchange(ref _lastLine, now, last) != last)
            return;
        logger.LogWarning(
            "Kafka does not confirm posts, which are answered with 503: {Reason}",
            failed.IsCompletedSuccessfully ? failed.Result.Problem : $"no answer within {DurationText.Format(patience)} (notifications.frontTimeout)");
    }

    private static PostAnswer AnswerOf(Task<SentMessage> sent) => new(
        !sent.IsCompletedSuccessfully ? PostOutcome.Unknown : sent.Result.Outcome switch
        {
            SentOutcome.Acknowledged => PostOutcome.New,
            SentOutcome.Refused => PostOutcome.TooLarge,
            SentOutcome.Unknown => PostOutcome.Unknown,
        },
        NotificationStatus.NotProcessed);

    private static OutgoingMessage ToMessage(Post post, long receivedMs)
    {
        var value = new ArrayBufferWriter<byte>(512);
        PostWriter.WriteForKafka(post, receivedMs, value);
        return new(Encoding.UTF8.GetBytes($"{post.Uuid:D}"), value.WrittenSpan.ToArray(), []);
    }
}
