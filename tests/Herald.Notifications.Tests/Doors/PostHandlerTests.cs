using System.Text;
using System.Text.Json;
using Herald.Engine.Stores;
using Herald.Hosting.Wire;
using Herald.Notifications.Doors;
using Herald.Notifications.Tests.Posts;
using Herald.TestKit.Http;
using Microsoft.AspNetCore.Http;

namespace Herald.Notifications.Tests.Doors;

/// <summary>What a caller is told when posts cannot be made durable.</summary>
public sealed class PostHandlerTests
{
    private const string Post = $$"""{{{Given.Base}}}""";

    [Theory]
    [InlineData(false, "store-unavailable", "The store has not confirmed")]
    [InlineData(true, "front-unavailable", "Kafka has not confirmed")]
    public async Task An_unknown_outcome_is_503_with_what_to_do(bool isKafka, string code, string detail)
    {
        var front = new ScriptedFront(isKafka, _ => throw new StoreUnavailableException("The disk is gone."));
        foreach (var body in (string[])[Post, $"[{Post}]"])
        {
            var answer = (await AnswerAsync(front, body)).IsProblem(503, code);
            Assert.StartsWith(detail, answer["detail"], StringComparison.Ordinal);
            Assert.EndsWith("Post it again with the same uuid.", answer["detail"], StringComparison.Ordinal);
            Assert.Equal("5", answer.Headers["Retry-After"]);
        }
    }

    [Fact]
    public async Task A_full_store_is_503()
    {
        var front = new ScriptedFront(false, _ => new(PostOutcome.NoRoom, NotificationStatus.NotProcessed));
        Assert.Equal("5", (await AnswerAsync(front, Post)).IsProblem(503, "no-room").Headers["Retry-After"]);
        var many = (await AnswerAsync(front, $"[{Post},{{}}]")).IsProblem(503, "no-room");
        Assert.Equal("5", many.Headers["Retry-After"]);
        Assert.Equal(["no-room", "invalid-request"], many.Results.Select(result => result!["problem"]!["code"]!.ToString()));
    }

    [Theory]
    [InlineData(PostOutcome.TooLarge, 413, "payload-too-large")]
    [InlineData(PostOutcome.Unknown, 503, "front-unavailable")]
    public async Task What_Kafka_does_not_confirm_is_not_taken(object outcome, int status, string code)
    {
        var front = new ScriptedFront(true, at => new(at == 0 ? (PostOutcome)outcome : PostOutcome.New, NotificationStatus.NotProcessed));
        (await AnswerAsync(front, Post)).IsProblem(status, code);
        var answer = (await AnswerAsync(front, $"[{Post},{Post}]")).Is(207);
        Assert.Equal(["refused", "new"], answer.Results.Select(result => result!["outcome"]!.ToString()));
        Assert.Equal(code, answer.Results[0]!["problem"]!["code"]!.ToString());
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_413_unless_more_is_wrong()
    {
        var front = new ScriptedFront(false, _ => throw new InvalidOperationException("Nothing may be taken."));
        var budget = new BodyBudget(16 << 20);
        var text = new string('a', Given.Rules.MostTextBytes + 1);
        var answer = (await AnswerAsync(front, Long("EMAIL"), budget)).IsProblem(413, "payload-too-large");
        Assert.Equal(("/txt", "At most 1,048,576 bytes."), ($"{answer.Json["errors"]![0]!["pointer"]}", $"{answer.Json["errors"]![0]!["rule"]}"));
        (await AnswerAsync(front, Long("PIGEON"), budget)).IsProblem(400, "invalid-request");

        string Long(string destination) =>
            $$"""{"uuid":"{{Given.Uuid}}","txt":"{{text}}","destination":"{{destination}}","to":"anna@example.com"}""";
    }

    [Fact]
    public async Task A_list_in_which_everything_is_wrong_costs_a_bounded_answer()
    {
        var front = new ScriptedFront(false, _ => throw new InvalidOperationException("Nothing may be taken."));
        var wrong = $"{{{string.Join(',', Enumerable.Range(0, 200).Select(number => $"\"no-such-field-{number}\":\"{new string('x', 100)}\""))}}}";
        var budget = new BodyBudget(64 << 20);
        var answer = (await AnswerAsync(front, $"[{string.Join(',', Enumerable.Repeat(wrong, 300))}]", budget, mostPosts: 300))
            .IsProblem(400, "notifications-refused");
        Assert.Equal(300, answer.Results.Count);
        Assert.Equal(10, answer.Results[0]!["problem"]!["errors"]!.AsArray().Count);
        Assert.Contains("203 fields are not valid; the first 10 are listed", answer.Results[0]!["problem"]!["detail"]!.ToString(), StringComparison.Ordinal);
        Assert.Single(answer.Results[299]!["problem"]!["errors"]!.AsArray());
        Assert.InRange(answer.Text.Length, 1, 1_000_000);
        // One post alone is told everything, as far as one answer can.
        Assert.Equal(100, (await AnswerAsync(front, wrong, budget)).IsProblem(400, "invalid-request").Json["errors"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_store_that_fills_up_takes_a_part()
    {
        var front = new ScriptedFront(
            false, at => new(at == 0 ? PostOutcome.New : PostOutcome.NoRoom, NotificationStatus.NotProcessed));
        var answer = (await AnswerAsync(front, $"[{Post},{Post}]")).Is(207);
        Assert.Equal(["new", "refused"], answer.Results.Select(result => result!["outcome"]!.ToString()));
        Assert.Equal("no-room", answer.Results[1]!["problem"]!["code"]!.ToString());
    }

    [Fact]
    public async Task A_uuid_whose_row_is_damaged_is_not_taken()
    {
        var front = new ScriptedFront(
            false, at => new(at == 0 ? PostOutcome.Damaged : PostOutcome.New, NotificationStatus.NotProcessed));
        Assert.Contains("post it with a new uuid", (await AnswerAsync(front, Post)).IsProblem(500, "notification-damaged")["detail"], StringComparison.Ordinal);
        var answer = (await AnswerAsync(front, $"[{Post},{Post}]")).Is(207);
        Assert.Equal("notification-damaged", answer.Results[0]!["problem"]!["code"]!.ToString());
        Assert.Equal("new", answer.Results[1]!["outcome"]!.ToString());
    }

    [Fact]
    public async Task A_known_post_has_the_status_of_now()
    {
        var front = new ScriptedFront(false, _ => new(PostOutcome.Same, NotificationStatus.Expired));
        Assert.Equal($$"""{"uuid":"{{Given.Uuid}}","status":"EXPIRED"}""", (await AnswerAsync(front, Post)).Is(200).Text);
    }

    [Fact]
    public async Task Memory_for_bodies_is_bounded_and_comes_back()
    {
        var budget = new BodyBudget(100_000);
        var front = new ScriptedFront(false, _ =>
        {
            Assert.True(budget.Taken > 80_000);
            return new(PostOutcome.New, NotificationStatus.NotProcessed);
        });
        var large = $$"""{"uuid":"{{Given.Uuid}}","txt":"{{new string('a', 41_000)}}","destination":"EMAIL","to":"anna@example.com"}""";
        (await AnswerAsync(front, large, budget)).Is(201);
        Assert.Equal(0, budget.Taken);
        Assert.True(budget.TryTake(50_000, 0));
        (await AnswerAsync(front, large, budget)).IsProblem(503, "busy");
        Assert.Equal(50_000, budget.Taken);
    }

    private static async Task<Answer> AnswerAsync(IFront front, string body, BodyBudget? budget = null, int mostPosts = 100)
    {
        var posts = new BulkPost(Given.Reader, Given.Rules, mostPosts);
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = NotificationsWire.Default };
        var time = new Running.ShiftedTime();
        var handler = new PostHandler(posts, front, null!, budget ?? new BodyBudget(1 << 20), time, json);
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.ContentType = MediaTypes.Json;
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        using var answered = new MemoryStream();
        context.Response.Body = answered;
        await handler.HandleAsync(context);
        await context.Response.BodyWriter.FlushAsync(TestContext.Current.CancellationToken);
        var headers = context.Response.Headers.ToDictionary(one => one.Key, one => one.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return new(
            (System.Net.HttpStatusCode)context.Response.StatusCode, Encoding.UTF8.GetString(answered.ToArray()), context.Response.ContentType, headers);
    }

    private sealed class ScriptedFront(bool isKafka, Func<int, PostAnswer> answer) : IFront
    {
        public bool IsKafka => isKafka;

        public ValueTask<PostAnswer[]> PutAsync(ReadOnlyMemory<CheckedPost> posts, CancellationToken cancel) =>
            new(Enumerable.Range(0, posts.Length).Select(answer).ToArray());
    }
}
