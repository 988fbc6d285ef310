using System.Text.Json;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Herald.Notifications.Doors;
using Herald.Notifications.Tests.Posts;

namespace Herald.Notifications.Tests.Doors;

public sealed class NotificationsWireTests
{
    private static readonly Guid Uuid = Guid.Parse(Given.Uuid);

    [Theory]
    [InlineData(NotificationStatus.NotProcessed, "NOT_PROCESSED")]
    [InlineData(NotificationStatus.Processed, "PROCESSED")]
    [InlineData(NotificationStatus.Failed, "FAILED")]
    [InlineData(NotificationStatus.Expired, "EXPIRED")]
    public void A_post_is_answered_with_uuid_and_status(NotificationStatus status, string text)
    {
        Assert.Equal(
            $$"""{"uuid":"{{Given.Uuid}}","status":"{{text}}"}""",
            JsonSerializer.Serialize(PostedWire.Of(Uuid, status), NotificationsWire.Default.PostedWire));
        Assert.Equal(status, StatusText.Find(text));
        Assert.Equal(status, StatusText.Find(text.ToLowerInvariant()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("NOTPROCESSED")]
    [InlineData("0")]
    public void Another_text_is_no_status(string text) => Assert.Null(StatusText.Find(text));

    [Fact]
    public void Many_posts_are_answered_one_by_one()
    {
        var bulk = BulkWire.Of(
        [
            BulkResultWire.Of(0, Uuid, new(PostOutcome.New, NotificationStatus.NotProcessed)),
            BulkResultWire.Of(1, Uuid, new(PostOutcome.Same, NotificationStatus.Processed)),
            BulkResultWire.Of(2, Uuid, new(PostOutcome.Conflict, NotificationStatus.Processed)),
            BulkResultWire.Of(3, Uuid, new(PostOutcome.NoRoom, NotificationStatus.NotProcessed)),
            BulkResultWire.Refused(4, null,
                NotificationsProblem.Of(Given.Read($$"""{"uuid":"{{Given.Uuid}}","txt":"","destination":"SLACK"}"""))),
        ]);
        var json = JsonSerializer.Serialize(bulk, NotificationsWire.Default.BulkWire);
        Assert.StartsWith(
            $$"""{"taken":2,"refused":3,"results":[{"index":0,"uuid":"{{Given.Uuid}}","status":"NOT_PROCESSED","outcome":"new"},"""
                + $$"""{"index":1,"uuid":"{{Given.Uuid}}","status":"PROCESSED","outcome":"same"},"""
                + $$"""{"index":2,"uuid":"{{Given.Uuid}}","outcome":"conflict","problem":{"type":"urn:herald:problem:uuid-conflict",""",
            json, StringComparison.Ordinal);
        using var read = JsonDocument.Parse(json);
        var problems = read.RootElement.GetProperty("results").EnumerateArray().Skip(2).Select(one => one.GetProperty("problem")).ToList();
        Assert.Equal([409, 503, 400], problems.Select(problem => problem.GetProperty("status").GetInt32()));
        var error = problems[2].GetProperty("errors")[0];
        Assert.Equal(
            ("/txt", "", "The text is empty. Write what to tell."),
            (error.GetProperty("pointer").GetString(), error.GetProperty("value").GetString(), error.GetProperty("rule").GetString()));
    }

    /// <summary>The example of the plan, with its absent values left out.</summary>
    [Fact]
    public void A_notification_is_written_as_the_plan_shows_it()
    {
        const string Example =
            """{"uuid":"0b8e7a52-93c1-4f0e-b1d5-3f6a0c9d0007","status":"FAILED","destination":"EMAIL","to":"anna@x.org","acceptedAt":"2026-06-01T12:00:00.000Z","notBefore":"2026-06-01T12:30:00.000Z","expires":"2026-06-02T12:00:00.000Z","waits":"quiet-hours","attempts":3,"firstAttemptAt":"2026-06-01T13:00:00.000Z","settledAt":"2026-06-01T14:00:00.000Z","reason":"rejected","lastWords":"550 5.1.1 No such user","conflicts":0}""";
        var whole = JsonSerializer.Deserialize(Example, NotificationsWire.Default.NotificationWire)!;
        Assert.Equal(Example, JsonSerializer.Serialize(whole, NotificationsWire.Default.NotificationWire));
        var least = whole with
        {
            To = null,
            NotBefore = null,
            Expires = null,
            Waits = null,
            FirstAttemptAt = null,
            SettledAt = null,
            Reason = null,
            LastWords = null,
        };
        var list = JsonSerializer.Serialize(
            new ListWire<NotificationWire> { Items = [least] }, NotificationsWire.Default.ListWireNotificationWire);
        Assert.Equal(
            """{"items":[{"uuid":"0b8e7a52-93c1-4f0e-b1d5-3f6a0c9d0007","status":"FAILED","destination":"EMAIL","acceptedAt":"2026-06-01T12:00:00.000Z","attempts":3,"conflicts":0}]}""",
            list);
    }

    [Fact]
    public void Counts_and_results_have_their_forms()
    {
        var counts = new CountsWire
        {
            Counts = new Dictionary<string, IReadOnlyDictionary<string, long>> { ["EMAIL"] = new Dictionary<string, long> { ["PROCESSED"] = 7 } },
        };
        Assert.Equal("""{"counts":{"EMAIL":{"PROCESSED":7}}}""", JsonSerializer.Serialize(counts, NotificationsWire.Default.CountsWire));
        var result = JsonSerializer.Deserialize("""{"status":"FAILED","detail":"no credit"}""", NotificationsWire.Default.ResultBody)!;
        Assert.Equal(("FAILED", "no credit"), (result.Status, result.Detail));
    }

    [Fact]
    public void Each_problem_has_the_code_and_the_status_of_the_plan()
    {
        Assert.Equal(
            [
                ("notifications-refused", 400), ("notification-not-found", 404), ("recipient-not-found", 404),
                ("suppression-not-found", 404), ("uuid-conflict", 409), ("not-redrivable", 409), ("already-settled", 409), ("not-external", 409), ("notification-damaged", 500),
                ("front-unavailable", 503),
            ],
            NotificationsProblem.All.Select(kind => (kind.Code, kind.Status)));
        Assert.Empty(NotificationsProblem.All.Select(kind => kind.Code).Intersect(ProblemKind.All.Select(kind => kind.Code)));
    }

    [Fact]
    public void What_is_no_post_is_a_problem_with_all_fields()
    {
        var wrong = NotificationsProblem.Of(Given.Read("""{"txt":"Hello","destination":"SLACK","colour":1}"""));
        Assert.Equal(("invalid-request", 400, 2), (wrong.Kind.Code, wrong.Status, wrong.Errors.Count));
        var late = NotificationsProblem.Of(Given.Read(
            $$"""{"uuid":"{{Given.Uuid}}","txt":"Hello","destination":"SLACK","expires":"2026-06-01T11:00:00Z"}"""));
        Assert.Equal(("invalid-request", "/expires"), (late.Kind.Code, Assert.Single(late.Errors).Pointer));
        var torn = NotificationsProblem.Of(Given.Read("{"));
        Assert.Equal(("malformed-json", 400, 0), (torn.Kind.Code, torn.Status, torn.Errors.Count));
        Assert.StartsWith("Not valid JSON at line 1, byte 2", torn.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_says_what_to_do()
    {
        Assert.Equal(("payload-too-large", 413), Told(NotificationsProblem.TooLarge(2_000_000, 1_040_384)));
        Assert.Equal(("no-room", 503), Told(NotificationsProblem.NoRoom()));
        Assert.Equal(("store-unavailable", 503), Told(NotificationsProblem.Unknown(isKafka: false)));
        Assert.Equal(("front-unavailable", 503), Told(NotificationsProblem.Unknown(isKafka: true)));
        Assert.All(
            [NotificationsProblem.NoRoom(), NotificationsProblem.Unknown(true), NotificationsProblem.Unknown(false)],
            problem => Assert.True(problem.RetryAfter > 0 && problem.Detail.Contains("with the same uuid", StringComparison.Ordinal)));
        Assert.Equal(("invalid-request", 400), Told(NotificationsProblem.NoUuid("x")));
        Assert.DoesNotContain("Kafka", NotificationsProblem.NotFound(Uuid, isKafka: false).Detail, StringComparison.Ordinal);
        Assert.Contains("is found once a node has taken it", NotificationsProblem.NotFound(Uuid, isKafka: true).Detail,
            StringComparison.Ordinal);
        Assert.Contains("FAILED already", NotificationsProblem.Settled(Uuid, NotificationStatus.Failed).Detail, StringComparison.Ordinal);
    }

    private static (string, int) Told(Problem problem) => (problem.Kind.Code, problem.Status);
}
