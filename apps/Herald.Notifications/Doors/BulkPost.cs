using System.Text.Json;
using System.Text.Unicode;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Herald.Notifications.Posts;

namespace Herald.Notifications.Doors;

/// <summary>Reads the posts of one body: an object, an array of objects, or one object a line.</summary>
/// <param name="mostPosts">The setting <c>intake.maxBatchEvents</c>.</param>
internal sealed class BulkPost(PostReader reader, PostRules rules, int mostPosts)
{
    /// <summary>
    /// How many problems of one post in a list are kept, and of how many posts. Lists can be long, and values of problems are as long as a
    /// caller likes.
    /// </summary>
    private const int ProblemsOfOne = 10, ProblemsOfAll = 1000;

    private const string Form = "Send one notification, an array of notifications, or one notification per line (application/x-ndjson).";

    /// <param name="body">It is not used after the call.</param>
    /// <param name="isSingle">The body is one post, and no list.</param>
    /// <returns>The posts, or why the whole body is refused.</returns>
    public (List<PostItem> Items, Problem? Problem) Read(ReadOnlySpan<byte> body, MediaType media, long nowMs, out bool isSingle)
    {
        isSingle = false;
        var content = body.Trim(" \t\r\n"u8);
        if (content.IsEmpty)
            return ([], new(ProblemKind.EmptyBody, Form));
        if (!Utf8.IsValid(body))
            return ([], new(ProblemKind.MalformedJson, "The body is not UTF-8."));
        if (media == MediaType.LinesOfJson)
            return ReadLines(body, nowMs);
        if (content[0] == (byte)'[')
            return ReadArray(body, nowMs);
        isSingle = true;
        return ([Read(body, nowMs, Problem.MostErrors)], null);
    }

    /// <summary>Lines are independent: one that is not JSON is refused alone.</summary>
    private (List<PostItem>, Problem?) ReadLines(ReadOnlySpan<byte> body, long nowMs)
    {
        var items = new List<PostItem>();
        var left = ProblemsOfAll;
        foreach (var range in body.Split((byte)'\n'))
        {
            var line = body[range];
            if (line.Trim(" \t\r"u8).IsEmpty)
                continue;
            if (items.Count == mostPosts)
                return ([], TooMany());
            items.Add(ReadOne(line, nowMs, ref left));
        }
        return (items, null);
    }

    private (List<PostItem>, Problem?) ReadArray(ReadOnlySpan<byte> body, long nowMs)
    {
        var items = new List<PostItem>();
        var left = ProblemsOfAll;
        var json = new Utf8JsonReader(body);
        try
        {
            json.Read();
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                if (items.Count == mostPosts)
                    return ([], TooMany());
                var start = (int)json.TokenStartIndex;
                json.Skip();
                items.Add(ReadOne(body[start..(int)json.BytesConsumed], nowMs, ref left));
            }
            // This fails when something follows the array.
            json.Read();
        }
        catch (JsonException failure)
        {
            return ([], new(
                ProblemKind.MalformedJson,
                $"Line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1}: not valid JSON from here, or nested too deep. {Form}"));
        }
        return items.Count == 0 ? ([], new(ProblemKind.EmptyBody, "The list has no notifications.")) : (items, null);
    }

    /// <param name="left">How many problems may still be kept. Each post keeps one at least.</param>
    private PostItem ReadOne(ReadOnlySpan<byte> json, long nowMs, ref int left)
    {
        var item = Read(json, nowMs, Math.Clamp(left, 1, ProblemsOfOne));
        left -= item.Refusal?.Errors.Count ?? 0;
        return item;
    }

    private PostItem Read(ReadOnlySpan<byte> json, long nowMs, int mostProblems)
    {
        var reading = reader.Read(json, nowMs, mostProblems);
        if (!reading.IsPost)
            return new() { Refusal = NotificationsProblem.Of(reading) };
        var post = CheckedPost.Of(reading.Post);
        return new()
        {
            Post = post,
            Late = reading.Late,
            Refusal = post.Canonical.Length > rules.MostBytes ? NotificationsProblem.TooLarge(post.Canonical.Length, rules.MostBytes) : null,
        };
    }

    private Problem TooMany() => new(
        ProblemKind.BatchTooLarge,
        $"One request has at most {mostPosts:N0} notifications (intake.maxBatchEvents). Nothing was accepted; send smaller batches.");
}
