using System.Buffers;
using System.Text;
using Herald.Kafka.Producers;
using Herald.Notifications.Posts;

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
internal sealed class KafkaFront(BatchSender sender, TimeSpan patience, TimeProvider time) : IFront, IDisposable
{
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
        return Array.ConvertAll(sent, AnswerOf);
    }

    public void Dispose() => sender.Dispose();

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
