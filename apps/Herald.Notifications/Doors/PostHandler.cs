using System.Buffers;
using System.Text.Json;
using Herald.Engine.Stores;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Microsoft.AspNetCore.Http;

namespace Herald.Notifications.Doors;

/// <summary>The door: takes one post, or many.</summary>
/// <remarks>
/// Steps: (1) the media type, (2) the body in one piece, (3) its posts, with everything that is wrong, (4) posts that came too late, (5) the
/// front makes the others durable, (6) the answer.
/// </remarks>
internal sealed class PostHandler(
    BulkPost posts, IFront front, NotificationFinder finder, BodyBudget budget, TimeProvider time, JsonSerializerOptions json)
{
    // Posts up to this size are not counted in the budget: this much memory is available for every request that waits for a store.
    private const int Uncounted = 16 << 10;

    // A post that was read, with its canonical form, is about as large as its JSON twice.
    private const int ShareOfPosts = 2;

    public async Task HandleAsync(HttpContext context)
    {
        using var share = new BodyShare(budget);
        // 1. to 3. The body is released once its posts are read. From then until the answer, the share stands for the posts.
        var (items, isSingle, problem) = await ReadAsync(context.Request, share);
        if (problem is null)
        {
            try
            {
                await TakeAsync(items, context.RequestAborted);
                problem = isSingle ? ProblemOf(items[0]) : RefusalOf(items);
            }
            catch (StoreUnavailableException)
            {
                problem = NotificationsProblem.Unknown(front.IsKafka);
            }
        }
        // 6.
        if (problem is not null)
            await problem.ExecuteAsync(context);
        else if (isSingle)
            Answer(context.Response, items[0]);
        else
            Answer(context.Response, items);
    }

    private async ValueTask<(List<PostItem> Items, bool IsSingle, Problem? Problem)> ReadAsync(HttpRequest request, BodyShare share)
    {
        var media = MediaTypes.Of(request.ContentType);
        if (media is not (MediaType.Json or MediaType.LinesOfJson) || request.Headers.ContentEncoding.Count > 0)
            return ([], false, NotUnderstood());
        var (body, problem) = await BodyBuffer.ReadAsync(request, share, budget.MostOfOne);
        if (problem is not null)
            return ([], false, problem);
        var length = body.Bytes.Length;
        try
        {
            (var items, problem) = posts.Read(body.Bytes.Span, media, time.GetUtcNow().ToUnixTimeMilliseconds(), out var isSingle);
            if (problem is null && !share.TryHold(length <= Uncounted ? 0 : (long)ShareOfPosts * length))
                problem = BodyShare.Busy();
            return (items, isSingle, problem);
        }
        finally
        {
            body.Dispose();
        }
    }

    private async ValueTask TakeAsync(List<PostItem> items, CancellationToken cancel)
    {
        // 4. A post that has expired is no new one. Its caller only asks what has become of it.
        foreach (var item in items.Where(item => item is { Refusal: null, Late: not null }))
        {
            if (await FindAsync(item.Post!, cancel) is { } known)
                item.Answer = known;
            else
                item.Refusal = Problem.Invalid([item.Late!]);
        }

        // 5.
        var left = items.FindAll(item => item is { Refusal: null, Answer: null });
        if (left.Count == 0)
            return;
        var answers = await front.PutAsync(left.ConvertAll(item => item.Post!).ToArray(), cancel);
        for (var at = 0; at < answers.Length; at++)
            left[at].Answer = answers[at];
    }

    private async ValueTask<PostAnswer?> FindAsync(CheckedPost post, CancellationToken cancel)
    {
        try
        {
            return await finder.FindAsync(post.Post.Uuid, cancel) is { } row ? StoreFront.AnswerOf(row, post) : null;
        }
        catch (InvalidDataException)
        {
            return new(PostOutcome.Damaged, NotificationStatus.NotProcessed);
        }
    }

    /// <summary>Null when the post is taken.</summary>
    private static Problem? ProblemOf(PostItem item) =>
        item.Answer is { } answer ? NotificationsProblem.Of(answer.Outcome, item.Post!.Post.Uuid) : item.Refusal;

    /// <summary>Null when at least one of the posts is taken.</summary>
    private Problem? RefusalOf(List<PostItem> items)
    {
        if (items.Exists(item => item.IsTaken))
            return null;
        var results = JsonSerializer.SerializeToUtf8Bytes(ToWire(items).Results, json.GetTypeInfo(typeof(IReadOnlyList<BulkResultWire>)));
        return WhyNone(items) with
        {
            More = writer =>
            {
                writer.WritePropertyName("results"u8);
                writer.WriteRawValue(results, skipInputValidation: true);
            },
        };
    }

    /// <summary>A caller that is told of trouble here posts the list again. Of a list that breaks rules, it must not.</summary>
    private static Problem WhyNone(List<PostItem> items)
    {
        foreach (var outcome in (PostOutcome[])[PostOutcome.NoRoom, PostOutcome.Unknown])
        {
            if (items.Find(item => item.Answer?.Outcome == outcome) is { } one)
                return ProblemOf(one)!;
        }
        return new(
            NotificationsProblem.NotificationsRefused,
            "No notification was accepted. The field 'results' has the reason for each one, by index.");
    }

    private void Answer(HttpResponse response, PostItem item)
    {
        var answer = item.Answer!.Value;
        var isNew = answer.Outcome == PostOutcome.New;
        if (isNew)
            response.Headers.Location = $"/v1/notifications/{item.Post!.Post.Uuid:D}";
        Write(response, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK, PostedWire.Of(item.Post!.Post.Uuid, answer.Status));
    }

    private void Answer(HttpResponse response, List<PostItem> items)
    {
        var status = !items.TrueForAll(item => item.IsTaken) ? StatusCodes.Status207MultiStatus
            : items.TrueForAll(item => item.Answer?.Outcome == PostOutcome.New) ? StatusCodes.Status201Created
            : StatusCodes.Status200OK;
        Write(response, status, ToWire(items));
    }

    private static BulkWire ToWire(List<PostItem> items) => BulkWire.Of([.. items.Select((item, index) => item.ToWire(index))]);

    private void Write<T>(HttpResponse response, int status, T wire)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(wire, json.GetTypeInfo(typeof(T)));
        response.StatusCode = status;
        response.ContentType = MediaTypes.Json;
        response.ContentLength = body.Length;
        response.BodyWriter.Write(body); // Kestrel flushes when the request has ended.
    }

    private static Problem NotUnderstood() => new(
        ProblemKind.UnsupportedMediaType,
        "Send application/json (one notification or an array) or application/x-ndjson (one notification per line), in UTF-8 and not "
            + "compressed.");
}
