using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Herald.Engine.Basics;
using Herald.Server;

namespace Herald.Notifications.Tests.Running;

/// <summary>Posts over HTTP, before the application has read them.</summary>
public sealed class PostTests
{
    private static readonly Guid Uuid = Guid.Parse("0b8e7a52-93c1-4f0e-b1d5-3f6a0c9d0007");

    [Theory]
    [InlineData("/notification")]
    [InlineData("/notifications")]
    [InlineData("/v1/notifications")]
    public async Task A_post_is_new_once_and_then_the_same_through_any_address(string path)
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        var created = (await server.PostAsync(path, NotificationsServer.Post(Uuid))).Is(201);
        Assert.Equal($$"""{"uuid":"{{Uuid}}","status":"NOT_PROCESSED"}""", created.Text);
        Assert.Equal("application/json", created.MediaType);
        Assert.Equal($"/v1/notifications/{Uuid}", created.Headers["Location"]);
        foreach (var other in (string[])["/notification", "/notifications", "/v1/notifications"])
            Assert.Equal(created.Text, (await server.PostAsync(other, NotificationsServer.Post(Uuid))).Is(200).Text);
    }

    [Fact]
    public async Task The_same_content_in_another_form_is_the_same_post()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        (await server.PostAsync(Uuid, """ "txt":"Hello","destination":"EMAIL","notBefore":"2031-01-31T12:00:00Z" """))
            .IsProblem(400, "invalid-request", "/notBefore", "notifications.maxDelay");
        (await server.PostAsync(Uuid, """ "txt":"Hello","destination":"EMAIL","priority":"normal" """)).Is(201);
        (await server.PostAsync("/notification", $$""" { "destination" : "email", "text":"H\u0065llo", "uuid":"{{Uuid.ToString().ToUpperInvariant()}}"} """)).Is(200);
    }

    [Fact]
    public async Task Other_content_with_the_same_uuid_is_a_conflict_and_changes_nothing()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        (await server.PostAsync(Uuid)).Is(201);
        var before = (await server.StatusAsync(Uuid)).Is(200).Text;
        var conflict = (await server.PostAsync(Uuid, """ "txt":"Bye","destination":"EMAIL" """)).IsProblem(409, "uuid-conflict");
        Assert.Contains($"{Uuid}", conflict["detail"], StringComparison.Ordinal);
        Assert.Equal(before, (await server.StatusAsync(Uuid)).Is(200).Text);
    }

    [Fact]
    public async Task The_same_uuid_on_many_connections_at_once_is_new_once()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        for (var round = 0; round < 10; round++)
        {
            var uuid = Guid.NewGuid();
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.PostAsync(uuid)));
            Assert.Equal(1, answers.Count(answer => answer.Status == HttpStatusCode.Created));
            Assert.Equal(7, answers.Count(answer => answer.Status == HttpStatusCode.OK));
            Assert.Single(answers.Select(answer => answer.Text).Distinct());
        }
    }

    [Fact]
    public async Task Two_contents_at_once_are_one_notification_and_a_conflict()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        for (var round = 0; round < 10; round++)
        {
            var uuid = Guid.NewGuid();
            var answers = await Task.WhenAll(
                server.PostAsync(uuid), server.PostAsync(uuid, """ "txt":"Bye","destination":"EMAIL" """));
            Assert.Equal([201, 409], answers.Select(answer => (int)answer.Status).Order());
        }
    }

    [Fact]
    public async Task A_post_that_the_application_has_not_read_is_NOT_PROCESSED()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        (await server.StatusAsync(Uuid)).IsProblem(404, "notification-not-found");
        var expires = server.Time.GetUtcNow().AddDays(1).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        (await server.PostAsync(Uuid, $$""" "txt":"Hello","destination":"slack","to":"C1","expires":"{{expires}}" """)).Is(201);
        foreach (var path in (string[])["/notification/", "/v1/notifications/"])
        {
            var found = (await server.GetAsync($"{path}{Uuid}")).Is(200);
            Assert.Equal(
                (Uuid.ToString(), "NOT_PROCESSED", "SLACK", "C1", expires, "0", "0"),
                (found["uuid"], found["status"], found["destination"], found["to"], found["expires"], found["attempts"], found["conflicts"]));
            Assert.NotNull(found["acceptedAt"]);
            Assert.Null(found["settledAt"]);
        }
        (await server.GetAsync($"/notification/{Uuid.ToString().ToUpperInvariant()}")).Is(200);
        (await server.GetAsync("/notification/17")).IsProblem(400, "invalid-request", "/uuid", "32 hexadecimal digits");
    }

    [Theory]
    [InlineData("""{"txt":"Hello","destination":"EMAIL"}""", "/uuid", "of its own")]
    [InlineData("""{"uuid":"17","txt":"Hello","destination":"EMAIL"}""", "/uuid", "32 hexadecimal digits")]
    [InlineData("""{"uuid":"UUID","destination":"EMAIL"}""", "/txt", "1 to")]
    [InlineData("""{"uuid":"UUID","txt":"","destination":"EMAIL"}""", "/txt", "empty")]
    [InlineData("""{"uuid":"UUID","txt":" ","destination":"EMAIL"}""", "/txt", "")]
    [InlineData("""{"uuid":"UUID","txt":"a\u0000b","destination":"EMAIL"}""", "/txt", "")]
    [InlineData("""{"uuid":"UUID","txt":"\ud800","destination":"EMAIL"}""", "/txt", "Unicode")]
    [InlineData("""{"uuid":"UUID","txt":"Hello"}""", "/destination", "EMAIL, SMS, SLACK or PUSH")]
    [InlineData("""{"uuid":"UUID","txt":"Hello","destination":"FAX"}""", "/destination", "EMAIL, SMS, SLACK or PUSH")]
    [InlineData("""{"uuid":"UUID","txt":"Hello","destination":"SMS"}""", "/destination", "This server sends EMAIL, SLACK, PUSH. Set notifications.destinations.sms.")]
    [InlineData("""{"uuid":"UUID","txt":"Hello","destination":"EMAIL","to":"no address"}""", "/to", "")]
    [InlineData("""{"uuid":"UUID","txt":"Hello","destination":"EMAIL","to":"user:a/b"}""", "/to", "user:")]
    [InlineData("""{"uuid":"UUID","txt":"Hello","destination":"EMAIL","subject":"a\r\nBcc: b@x.org"}""", "/subject", "one line")]
    [InlineData("""{"uuid":"UUID","txt":"Hello","destination":"SLACK","subject":"a"}""", "/subject", "Only EMAIL and PUSH")]
    [InlineData("""{"uuid":"UUID","txt":"Hello","destination":"SLACK","html":"<p>"}""", "/html", "Only EMAIL")]
    [InlineData("""{"uuid":"UUID","txt":"Hello","destination":"EMAIL","data":{"a":1}}""", "/data/a", "")]
    [InlineData("""{"uuid":"UUID","txt":"Hello","destination":"EMAIL","params":{"a":"1"}}""", "/params", "template")]
    [InlineData("""{"uuid":"UUID","destination":"EMAIL","template":"welcom"}""", "/template", "no templates")]
    [InlineData("""{"uuid":"UUID","txt":"Hello","destination":"EMAIL","notBefore":"tomorrow"}""", "/notBefore", "")]
    [InlineData("""{"uuid":"UUID","txt":"Hello","destination":"EMAIL","expires":"2001-01-31T12:00:00Z"}""", "/expires", "has expired")]
    [InlineData("""{"uuid":"UUID","txt":"Hello","destination":"EMAIL","priority":"urgent"}""", "/priority", "")]
    [InlineData("""{"uuid":"UUID","txt":"Hello","destination":"EMAIL","category":"A B"}""", "/category", "")]
    [InlineData("""{"uuid":"UUID","txt":"Hello","destination":"EMAIL","unsubscribe":"ftp://x"}""", "/unsubscribe", "")]
    [InlineData("""{"uuid":"UUID","txt":"Hello","destination":"EMAIL","txt":"Bye"}""", "/txt", "")]
    [InlineData("""{"uuid":"UUID","txt":"Hello","destination":"EMAIL","subjekt":"a"}""", "/subjekt", "Did you mean subject?")]
    [InlineData(""" "Hello" """, "", "A notification is a JSON object")]
    public async Task What_breaks_a_rule_is_refused_with_field_and_rule(string body, string pointer, string rule)
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        body = body.Replace("UUID", $"{Uuid}", StringComparison.Ordinal);
        (await server.PostAsync("/notification", body)).IsProblem(400, "invalid-request", pointer, rule);
        (await server.StatusAsync(Uuid)).IsProblem(404, "notification-not-found");
    }

    [Fact]
    public async Task All_errors_are_told_at_once()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        var answer = (await server.PostAsync("/notification", """{"uuid":"17","txt":"","destination":"FAX","colour":1}""")).IsProblem(400, "invalid-request");
        Assert.Equal(
            ["/colour", "/destination", "/txt", "/uuid"],
            answer.Json["errors"]!.AsArray().Select(error => error!["pointer"]!.ToString()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("", "application/json", 400, "empty-body")]
    [InlineData(" \r\n", "application/x-ndjson", 400, "empty-body")]
    [InlineData("[]", "application/json", 400, "empty-body")]
    [InlineData("{", "application/json", 400, "malformed-json")]
    [InlineData("[{}", "application/json", 400, "malformed-json")]
    [InlineData("[] []", "application/json", 400, "malformed-json")]
    [InlineData("{}", "text/plain", 415, "unsupported-media-type")]
    [InlineData("{}", "", 415, "unsupported-media-type")]
    [InlineData("{}", "application/json; charset=utf-16", 415, "unsupported-media-type")]
    public async Task A_body_that_is_no_notification_is_refused(string body, string type, int status, string code)
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        (await server.PostAsync("/v1/notifications", body, type)).IsProblem(status, code);
    }

    [Fact]
    public async Task A_body_that_is_not_UTF_8_or_compressed_is_refused()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        using var latin = new ByteArrayContent([(byte)'"', 0xE4, (byte)'"']);
        latin.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        (await server.SendAsync(HttpMethod.Post, "/notification", latin)).IsProblem(400, "malformed-json");
        using var zipped = new ByteArrayContent([1, 2, 3]);
        zipped.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        zipped.Headers.ContentEncoding.Add("gzip");
        (await server.SendAsync(HttpMethod.Post, "/notification", zipped)).IsProblem(415, "unsupported-media-type");
    }

    [Fact]
    public async Task What_is_too_large_is_answered_with_413()
    {
        await using var server = await NotificationsServer.StartAsync(
            isDoorOnly: true,
            with: options => options.With<ServerOptions>(own => own with { MaxBodyBytes = 100_000 })
                .With<IntakeOptions>(intake => intake with { MaxPayloadBytes = 20_000, MaxBatchEvents = 3 }));
        var most = 20_000 - (8 << 10);
        (await server.PostAsync(Uuid, $$""" "txt":"{{new string('a', most)}}","destination":"EMAIL" """)).IsProblem(413, "payload-too-large");
        (await server.PostAsync(Uuid, $$""" "txt":"{{new string('a', most - 200)}}","destination":"EMAIL" """)).Is(201);
        (await server.PostAsync(Uuid, $$""" "txt":"{{new string('a', 100_000)}}","destination":"EMAIL" """)).IsProblem(413, "body-too-large");
        using var pieces = new PieceContent([.. Enumerable.Repeat(new string(' ', 10_000), 11)]);
        (await server.SendAsync(HttpMethod.Post, "/notification", pieces)).IsProblem(413, "body-too-large");
        var many = string.Join('\n', Enumerable.Range(0, 4).Select(_ => NotificationsServer.Post(Guid.NewGuid())));
        (await server.PostAsync("/notifications", many, "application/x-ndjson")).IsProblem(413, "batch-too-large");
        (await server.PostAsync("/notifications", $"[{many.Replace('\n', ',')}]")).IsProblem(413, "batch-too-large");
    }

    [Fact]
    public async Task A_body_in_chunks_is_taken()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        var post = NotificationsServer.Post(Uuid, $$""" "txt":"{{new string('ü', 40_000)}}","destination":"EMAIL" """);
        using var one = new PieceContent([.. post.Chunk(9_999).Select(piece => new string(piece))]);
        (await server.SendAsync(HttpMethod.Post, "/notification", one)).Is(201);
        using var again = new PieceContent([.. post.Chunk(7).Take(3).Select(piece => new string(piece)), post[21..]]);
        (await server.SendAsync(HttpMethod.Post, "/notification", again)).Is(200);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-ndjson")]
    public async Task Many_posts_have_a_result_each(string type)
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        var (first, second, third) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        string Body(params string[] posts) => type == "application/json" ? $"[{string.Join(',', posts)}]" : string.Join("\r\n", posts);

        var all = (await server.PostAsync("/notifications", Body(NotificationsServer.Post(first), NotificationsServer.Post(second)), type)).Is(201);
        Assert.Equal(
            $$"""{"taken":2,"refused":0,"results":[{"index":0,"uuid":"{{first}}","status":"NOT_PROCESSED","outcome":"new"},{"index":1,"uuid":"{{second}}","status":"NOT_PROCESSED","outcome":"new"}]}""",
            all.Text);

        var known = (await server.PostAsync("/notifications", Body(NotificationsServer.Post(first), NotificationsServer.Post(third)), type)).Is(200);
        Assert.Equal(["same", "new"], known.Results.Select(result => result!["outcome"]!.ToString()));

        var mixed = (await server.PostAsync(
            "/notifications",
            Body(
                NotificationsServer.Post(first), NotificationsServer.Post(second, """ "txt":"Bye","destination":"EMAIL" """),
                """{"txt":"Hello"}""", NotificationsServer.Post(Guid.NewGuid())),
            type)).Is(207);
        Assert.Equal(("2", "2"), (mixed["taken"], mixed["refused"]));
        Assert.Equal(["same", "conflict", "refused", "new"], mixed.Results.Select(result => result!["outcome"]!.ToString()));
        Assert.Equal("uuid-conflict", mixed.Results[1]!["problem"]!["code"]!.ToString());
        Assert.Equal(2, mixed.Results[2]!["problem"]!["errors"]!.AsArray().Count(error => error!["pointer"]!.ToString() is "/uuid" or "/destination"));

        var none = (await server.PostAsync(
            "/notifications", Body("""{"txt":"Hello"}""", NotificationsServer.Post(first, """ "txt":"Bye","destination":"EMAIL" """)), type))
            .IsProblem(400, "notifications-refused");
        Assert.Equal(["refused", "conflict"], none.Results.Select(result => result!["outcome"]!.ToString()));
    }

    [Fact]
    public async Task A_bad_line_is_refused_alone()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        var (first, last) = (Guid.NewGuid(), Guid.NewGuid());
        var answer = (await server.PostAsync(
            "/v1/notifications", $"{NotificationsServer.Post(first)}\n\n{{\"uuid\":\n{NotificationsServer.Post(last)}\n", "application/x-ndjson")).Is(207);
        Assert.Equal(["new", "refused", "new"], answer.Results.Select(result => result!["outcome"]!.ToString()));
        Assert.Equal("malformed-json", answer.Results[1]!["problem"]!["code"]!.ToString());
        (await server.StatusAsync(first)).Is(200);
        (await server.StatusAsync(last)).Is(200);
    }

    [Fact]
    public async Task The_same_uuid_twice_in_one_request_is_one_notification()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        var post = NotificationsServer.Post(Uuid);
        var answer = (await server.PostAsync(
            "/notifications", $"[{post},{post},{NotificationsServer.Post(Uuid, """ "txt":"Bye","destination":"EMAIL" """)}]")).Is(207);
        Assert.Equal(["new", "same", "conflict"], answer.Results.Select(result => result!["outcome"]!.ToString()));
    }

    [Fact]
    public async Task A_post_that_has_expired_is_refused_only_when_it_is_new()
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        var expires = server.Time.GetUtcNow().AddHours(1).ToString("o", System.Globalization.CultureInfo.InvariantCulture);
        var body = $$""" "txt":"Hello","destination":"EMAIL","expires":"{{expires}}" """;
        (await server.PostAsync(Uuid, body)).Is(201);
        server.Time.Advance(TimeSpan.FromHours(2));
        (await server.PostAsync(Uuid, body)).Is(200);
        (await server.PostAsync(Uuid, body.Replace("Hello", "Bye", StringComparison.Ordinal))).IsProblem(409, "uuid-conflict");
        (await server.PostAsync(Guid.NewGuid(), body)).IsProblem(400, "invalid-request", "/expires", "has expired");
    }

    [Fact]
    public async Task Posts_outlive_a_restart_and_stay_known()
    {
        var first = await NotificationsServer.StartAsync(isDoorOnly: true);
        (await first.PostAsync(Uuid)).Is(201);
        await using var second = await NotificationsServer.StartAsync(isDoorOnly: true, directory: await first.StopAsync());
        (await second.StatusAsync(Uuid)).Is(200);
        (await second.PostAsync(Uuid)).Is(200);
    }

    /// <summary>Content that comes in pieces, without a length.</summary>
    private sealed class PieceContent : HttpContent
    {
        private readonly IReadOnlyList<string> _pieces;

        public PieceContent(IReadOnlyList<string> pieces)
        {
            _pieces = pieces;
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            foreach (var piece in _pieces)
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(piece), NotificationsServer.Cancel);
                await stream.FlushAsync(NotificationsServer.Cancel);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
