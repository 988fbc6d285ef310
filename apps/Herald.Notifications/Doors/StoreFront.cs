using System.Diagnostics;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Herald.Notifications.Posts;
using Herald.Notifications.Reading;
using Herald.Notifications.Statuses;
using Microsoft.Extensions.Logging;

namespace Herald.Notifications.Doors;

/// <summary>Makes posts durable in the store: events of the topic <c>notifications</c> with the uuid as id and as key.</summary>
/// <remarks>
/// The store drops an event whose id it has. It remembers ids of some hours or days; rows of posts before that are in the tables, so these
/// are asked first. The application decides in the end: a post whose row it has already has no effect.
/// </remarks>
internal sealed class StoreFront(Intake intake, NotificationFinder finder, StatusReader rows, ILogger logger) : IFront
{
    public bool IsKafka => false;

    public async ValueTask<PostAnswer[]> PutAsync(ReadOnlyMemory<CheckedPost> posts, CancellationToken cancel)
    {
        // 1. What the tables know.
        var answers = await KnownAsync(posts, cancel);
        var left = new List<int>(posts.Length);
        for (var at = 0; at < answers.Length; at++)
        {
            if (answers[at] is null)
                left.Add(at);
        }
        if (left.Count > 0)
            await AppendAsync(posts, left, answers, cancel);
        return Array.ConvertAll(answers, answer => answer ?? throw new UnreachableException("A post has no answer."));
    }

    private async ValueTask AppendAsync(ReadOnlyMemory<CheckedPost> posts, List<int> left, PostAnswer?[] answers, CancellationToken cancel)
    {
        // 2. Append the others. It is not cancelled when the caller goes, because the store would still be reading the batch.
        var topic = await finder.TopicAsync(cancel)
            ?? throw new StoreUnavailableException($"The topic {NotificationEvents.Topic} was deleted. It is created at the next start.");
        using var batch = intake.Rent(topic);
        foreach (var at in left)
            Add(posts.Span[at], batch);
        await intake.PublishAsync(batch, CancellationToken.None);

        // 3. The store's verdicts.
        var repeated = new List<int>();
        for (var at = 0; at < left.Count; at++)
        {
            var verdict = batch.Results[at].Verdict;
            if (verdict is Verdict.Duplicate or Verdict.Conflict)
                repeated.Add(left[at]);
            answers[left[at]] = verdict switch
            {
                Verdict.Accepted => new(PostOutcome.New, NotificationStatus.NotProcessed),
                Verdict.Duplicate => new(PostOutcome.Same, NotificationStatus.NotProcessed),
                Verdict.Conflict => new(PostOutcome.Conflict, NotificationStatus.NotProcessed),
                Verdict.NoRoom => new(PostOutcome.NoRoom, NotificationStatus.NotProcessed),
            };
        }
        if (repeated.Count == 0)
            return;

        // 4. What has become of those that were there already.
        var statuses = await finder.StatusesAsync(repeated.ConvertAll(at => posts.Span[at].Post.Uuid), cancel);
        for (var at = 0; at < statuses.Length; at++)
            answers[repeated[at]] = answers[repeated[at]]!.Value with { Status = statuses[at] };
    }

    private static void Add(CheckedPost post, PublishBatch batch)
    {
        Span<byte> uuid = stackalloc byte[PostUuid.TextLength];
        _ = post.Post.Uuid.TryFormat(uuid, out _, "D");
        var draft = new EventDraft
        {
            Id = uuid,
            HasId = true,
            Key = uuid,
            HasKey = true,
            Type = NotificationEvents.PostUtf8,
            ContentType = "application/json"u8,
            Payload = post.Canonical.Span,
        };
        if (batch.Add(draft) is { } problem)
            throw new InvalidOperationException($"A checked post is no event: {problem}");
    }

    /// <summary>The answers for posts whose rows are in tables. A damaged value must not refuse the posts that have nothing to do with it.</summary>
    private async ValueTask<PostAnswer?[]> KnownAsync(ReadOnlyMemory<CheckedPost> posts, CancellationToken cancel)
    {
        var answers = new PostAnswer?[posts.Length];
        var uuids = new Guid[posts.Length];
        for (var at = 0; at < uuids.Length; at++)
            uuids[at] = posts.Span[at].Post.Uuid;
        try
        {
            var known = await rows.KnownAsync(uuids, cancel);
            for (var at = 0; at < answers.Length; at++)
                answers[at] = known[at] is { } row ? AnswerOf(row, posts.Span[at]) : null;
        }
        catch (InvalidDataException) when (posts.Length > 1)
        {
            for (var at = 0; at < answers.Length; at++)
                answers[at] = (await KnownAsync(posts.Slice(at, 1), cancel))[0];
        }
        catch (InvalidDataException damage)
        {
            logger.LogError("Notification {Uuid:D} was posted and is refused: {Damage}", uuids[0], damage.Message);
            answers[0] = new(PostOutcome.Damaged, NotificationStatus.NotProcessed);
        }
        return answers;
    }

    public static PostAnswer AnswerOf(Row row, CheckedPost post) =>
        new(row.Content == post.Content.Value ? PostOutcome.Same : PostOutcome.Conflict, row.Status);
}
