using Herald.TestKit.Http;
using Xunit;

namespace Herald.Client.Tests.Http;

/// <summary>What the client makes of Herald's answers.</summary>
public sealed class ReplyTests
{
    private const string Orders = """{"name":"orders","createdAt":"2026-01-31T12:00:00.000Z","version":7}""";
    private const string ProblemType = "application/problem+json";

    private const string Refusal = """
        {"type":"urn:herald:problem:invalid-request","title":"The request breaks a rule","status":400,"detail":"2 fields break a rule.","code":"invalid-request",
         "errors":[{"pointer":"/endpoint","value":"ftp://x","rule":"Use http or https."},{"pointer":"/retry/maxAge","value":"0s","rule":"From 1 s."}],"more":1}
        """;

    private static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_has_its_value_and_what_came_with_it()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(201, Orders, RetryAfter: 5, ETag: "\"7\""));
        using var client = new HeraldClient(new Uri(herald.Address));
        var reply = await client.Topics.PutAsync("orders", cancel: Cancel);
        Assert.Equal((201, true, "\"7\"", (TimeSpan?)TimeSpan.FromSeconds(5)), (reply.Status, reply.Succeeded, reply.ETag, reply.RetryAfter));
        Assert.Equal(new Topic { Name = "orders", CreatedAt = Noon, Version = 7 }, reply.Value);
        Assert.Null(reply.Problem);
        Assert.Equal(Orders, reply.Text);
        Assert.Equal("orders", reply.Body!.Value.GetProperty("name").GetString());
        Assert.Same(reply.Value, reply.ValueOrThrow());
        reply.ThrowIfFailed();
    }

    [Fact]
    public async Task Fields_of_a_newer_server_are_ignored()
    {
        var reply = await AnswerAsync(
            client => client.Topics.GetAsync("orders", Cancel),
            """{"name":"orders","colour":{"a":[1]},"createdAt":"2026-01-31T12:00:00.000Z","version":7}""");
        Assert.Equal("orders", reply.Value!.Name);
        Assert.True(reply.Body!.Value.TryGetProperty("colour", out _));
    }

    [Theory]
    [InlineData("""{"name":"orders","createdAt":"2026-01-31T12:00:00.000Z"}""")]
    [InlineData("""{"name":"orders","createdAt":"yesterday","version":7}""")]
    [InlineData("""{"name":"orders",""")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("")]
    [InlineData("{}", "text/html")]
    public async Task A_success_that_cannot_be_read_is_a_problem_and_keeps_its_text(string body, string type = "application/json")
    {
        var reply = await AnswerAsync(client => client.Topics.GetAsync("orders", Cancel), body, type: type);
        Assert.True(reply.Succeeded);
        Assert.Null(reply.Value);
        Assert.Equal((200, Problem.UnreadableAnswer), (reply.Problem!.Status, reply.Problem.Code));
        Assert.Equal(body, reply.Text);
        Assert.Same(reply, Assert.Throws<HeraldException>(() => reply.ThrowIfFailed()).Reply);
    }

    [Fact]
    public async Task A_refusal_is_a_value_with_code_and_fields()
    {
        var reply = await AnswerAsync(client => client.Topics.PutAsync("orders", cancel: Cancel), Refusal, 400, ProblemType);
        Assert.False(reply.Succeeded);
        Assert.Null(reply.Value);
        var problem = reply.Problem!;
        Assert.Equal((400, "invalid-request", "The request breaks a rule"), (problem.Status, problem.Code, problem.Title));
        Assert.Equal(new FieldProblem { Pointer = "/retry/maxAge", Value = "0s", Rule = "From 1 s." }, problem.Errors[1]);
        string[] lines = ["2 fields break a rule.", "  /endpoint: ftp://x: Use http or https.", "  /retry/maxAge: 0s: From 1 s."];
        Assert.Equal(lines, reply.ProblemLines());
        Assert.Equal(string.Join(Environment.NewLine, lines), Assert.Throws<HeraldException>(() => reply.ValueOrThrow()).Message);
        Assert.Equal(Refusal, reply.Text);
    }

    [Theory]
    [InlineData(500, "", "text/html", "Herald answered 500.")]
    [InlineData(502, "<html>bad gateway</html>", "text/html", "Herald answered 502: <html>bad gateway</html>")]
    [InlineData(503, "{}", "application/json", "Herald answered 503.")]
    [InlineData(503, "{\"detail\":", ProblemType, "Herald answered 503: {\"detail\":")]
    [InlineData(404, "{\"title\":\"There is nothing here\",\"errors\":7}", ProblemType, "There is nothing here")]
    public async Task A_failure_that_is_not_one_of_Heralds_is_told_as_it_came(int status, string body, string type, string told)
    {
        var reply = await AnswerAsync(client => client.Topics.GetAsync("orders", Cancel), body, status, type);
        Assert.Equal((status, null, told), (reply.Problem!.Status, reply.Problem.Code, reply.Problem.Detail));
        Assert.Equal([told], reply.ProblemLines());
    }

    [Fact]
    public async Task An_answer_without_content_has_no_value_and_no_problem()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(204, "", RetryAfter: 1));
        using var client = new HeraldClient(new Uri(herald.Address));
        var reply = await client.Orders.RegisterAsync(new RegistrationRequest { Url = "http://127.0.0.1:1/" }, Cancel);
        Assert.Equal((204, null, null, TimeSpan.FromSeconds(1)), (reply.Status, reply.Value, reply.Problem, reply.RetryAfter));
        Assert.True((await client.Topics.DeleteAsync("orders", cancel: Cancel)).Succeeded);
    }

    [Fact]
    public async Task A_missing_answer_is_an_exception()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(0, ""));
        using var client = new HeraldClient(new Uri(herald.Address));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.Topics.ListAsync(cancel: Cancel));
    }

    [Fact]
    public async Task A_call_can_be_cancelled()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, Orders, CutWhen: new TaskCompletionSource().Task));
        using var client = new HeraldClient(new Uri(herald.Address));
        using var cancel = new CancellationTokenSource();
        var asking = client.Topics.GetAsync("orders", cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task A_subscription_is_read()
    {
        var reply = await AnswerAsync(client => client.Subscriptions.GetAsync("billing", Cancel), """
            {"id":"billing","topic":"orders","endpoint":"https://example.com/hook","description":"for people","filter":{"type":["placed","paid"],"country":[]},
             "retry":{"strategy":"schedule","schedule":["1s","1h30m"],"jitter":0.2,"maxAge":"none","ttl":"3d","onExhausted":"hold"},
             "limits":{"maxInFlight":10,"timeout":"500ms","fixedInFlight":false},"reports":{"topic":"ends","on":["expired"]},"status":"disabled","statusReason":"gone","generation":2,
             "createdAt":"2026-01-31T12:00:00.000Z","updatedAt":"2026-01-31T12:00:00.000Z","version":9}
            """);
        var subscription = reply.ValueOrThrow();
        Assert.Equal(["placed", "paid"], subscription.Filter["type"]);
        Assert.Empty(subscription.Filter["country"]);
        Assert.Equal([TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(90)], subscription.Retry.Schedule!);
        var retry = subscription.Retry;
        Assert.Equal((Timeout.InfiniteTimeSpan, TimeSpan.FromDays(3), null), (retry.MaxAge, retry.Ttl, retry.Base));
        Assert.Equal(new DeliveryLimits { MaxInFlight = 10, Timeout = TimeSpan.FromMilliseconds(500), FixedInFlight = false }, subscription.Limits);
        Assert.Equal(("ends", "expired"), (subscription.Reports!.Topic, Assert.Single(subscription.Reports.On!)));
        Assert.Equal((SubscriptionStatus.Disabled, "gone"), (subscription.Status, subscription.StatusReason));
        Assert.Equal((2, 9L, null), (subscription.Generation, subscription.Version, subscription.Secret));
    }

    [Theory]
    [InlineData("\"pigeon://roof\"", null)]
    [InlineData("{\"address\":\"pigeon://roof\",\"settings\":{\"colour\":\"grey\"},\"more\":1}", "grey")]
    public async Task An_endpoint_is_read_as_a_text_and_as_an_object(string endpoint, string? colour)
    {
        var reply = await AnswerAsync(client => client.Subscriptions.GetAsync("billing", Cancel), $$"""
            {"id":"billing","topic":"orders","endpoint":{{endpoint}},"labels":{"team":"billing"},"filter":{},"retry":{},"limits":{},"status":"active","generation":1,
             "createdAt":"2026-01-31T12:00:00.000Z","updatedAt":"2026-01-31T12:00:00.000Z","version":9}
            """);
        var subscription = reply.ValueOrThrow();
        Assert.Equal(("pigeon://roof", "pigeon://roof"), (subscription.Endpoint.Address, $"{subscription.Endpoint}"));
        Assert.Equal(colour, subscription.Endpoint.Settings?["colour"]);
        Assert.Equal("billing", subscription.Labels!["team"]);
    }

    [Fact]
    public async Task Secrets_tests_lags_keys_and_deliveries_are_read()
    {
        var secrets = await AnswerAsync(
            client => client.Subscriptions.GetSecretsAsync("billing", Cancel),
            """{"secret":"a","previous":"b","previousUntil":"2026-01-31T12:00:00.000Z"}""");
        Assert.Equal(new SigningSecrets { Secret = "a", Previous = "b", PreviousUntil = Noon }, secrets.Value);

        var test = await AnswerAsync(
            client => client.Subscriptions.TestAsync("billing", Cancel),
            """{"outcome":"failed","stage":"response","statusCode":500,"reason":"500","durationMs":1.5,"answer":"no"}""");
        Assert.Equal(
            new TestResult { Outcome = "failed", Stage = "response", StatusCode = 500, Reason = "500", DurationMs = 1.5, Answer = "no" },
            test.Value);

        var lag = (await AnswerAsync(client => client.Subscriptions.GetLagAsync("billing", Cancel), """
            {"subscription":"billing","waiting":5000000000,"inFlight":1,"limit":10,"blockedKeys":2,"heldKeys":1,"behind":true,"oldestWaitingAt":"2026-01-31T12:00:00.000Z",
             "waitsFor":"a channel for kafka:// endpoints","shards":[{"shard":3,"position":40,"head":42,"outstanding":2,"blockedKeys":2}]}
            """)).ValueOrThrow();
        Assert.Equal((5_000_000_000, 1, 10, 2, 1, true), (lag.Waiting, lag.InFlight, lag.Limit, lag.BlockedKeys, lag.HeldKeys, lag.Behind));
        Assert.Equal(((DateTimeOffset?)Noon, "a channel for kafka:// endpoints"), (lag.OldestWaitingAt, lag.WaitsFor));
        Assert.Equal(new ShardLag { Shard = 3, Position = 40, Head = 42, Outstanding = 2, BlockedKeys = 2 }, Assert.Single(lag.Shards));

        var keys = await AnswerAsync(
            client => client.Subscriptions.ListBlockedKeysAsync("billing", cancel: Cancel),
            """{"items":[{"shard":3,"sequence":42,"eventId":"e","attempts":4,"held":true,"lastReason":"500"}],"nextCursor":"c"}""");
        Assert.Equal(
            new BlockedKey { Shard = 3, Sequence = 42, EventId = "e", Attempts = 4, Held = true, LastReason = "500" },
            Assert.Single(keys.Value!.Items));
        Assert.Equal("c", keys.Value.NextCursor);

        var deliveries = await AnswerAsync(
            client => client.Subscriptions.ListDeliveriesAsync("billing", cancel: Cancel),
            """{"items":[{"subscription":"billing","shard":3,"sequence":42,"status":"blocked","attempts":4,"nextAttemptAt":"2026-01-31T12:00:00.000Z"}]}""");
        Assert.Equal(
            new Delivery { Subscription = "billing", Shard = 3, Sequence = 42, Status = "blocked", Attempts = 4, NextAttemptAt = Noon },
            Assert.Single(deliveries.Value!.Items));
        Assert.Null(deliveries.Value.NextCursor);
    }

    [Fact]
    public async Task An_event_is_read_with_its_payload_as_it_was_written()
    {
        var story = (await AnswerAsync(client => client.Events.GetAsync("orders", "e", cancel: Cancel), """
            {"event":{"shard":0,"sequence":1,"topic":"orders","id":"e","key":"k","contentType":"application/json","attributes":{"country":"NZ"},
              "payload":{"total":12.50,"text":"\ud800"},"time":"2026-01-31T12:00:00.000Z","acceptedAt":"2026-01-31T12:00:00.000Z","originalSequence":7},
             "deliveries":[{"subscription":"billing","shard":0,"sequence":1,"status":"delivered","attempts":1}],
             "attempts":[{"subscription":"billing","shard":0,"sequence":1,"number":1,"at":"2026-01-31T12:00:00.000Z","durationMs":3,"outcome":"delivered",
              "stage":"response","statusCode":200,"reason":"","answer":"ok"}]}
            """)).ValueOrThrow();
        Assert.Equal("""{"total":12.50,"text":"\ud800"}""", story.Event.Payload.GetRawText());
        Assert.Null(story.Event.Bytes);
        Assert.Equal(("k", null, 7L), (story.Event.Key, story.Event.Type, story.Event.OriginalSequence));
        Assert.Equal("NZ", story.Event.Attributes["country"]);
        Assert.Equal("delivered", Assert.Single(story.Deliveries).Status);
        Assert.Equal((1, "delivered", (int?)200), (Assert.Single(story.Attempts).Number, story.Attempts[0].Outcome, story.Attempts[0].StatusCode));
    }

    [Fact]
    public async Task Dead_letters_are_read_with_and_without_an_event()
    {
        var letters = (await AnswerAsync(client => client.DeadLetters.ListAsync(cancel: Cancel), """
            {"items":[
              {"id":"dl_1","subscription":"billing","topic":"orders","reason":"max-age","detail":"Too old.","attempts":9,"statusCode":500,
               "firstAttemptAt":"2026-01-31T12:00:00.000Z","diedAt":"2026-01-31T12:00:00.000Z",
               "event":{"shard":0,"sequence":1,"topic":"orders","id":"e","contentType":"image/png","attributes":{},"payloadBase64":"AQID",
                "time":"2026-01-31T12:00:00.000Z","acceptedAt":"2026-01-31T12:00:00.000Z"}},
              {"id":"dl_2","topic":"orders","reason":"damaged","detail":"Lost.","attempts":0,"diedAt":"2026-01-31T12:00:00.000Z"}]}
            """)).ValueOrThrow().Items;
        Assert.Equal(("billing", (int?)500, (DateTimeOffset?)Noon), (letters[0].Subscription, letters[0].StatusCode, letters[0].FirstAttemptAt));
        Assert.Equal([1, 2, 3], letters[0].Event!.Bytes!.Value.ToArray());
        Assert.Equal(System.Text.Json.JsonValueKind.Undefined, letters[0].Event!.Payload.ValueKind);
        Assert.Equal((null, null), (letters[1].Subscription, letters[1].Event));
        var redriven = await AnswerAsync(client => client.DeadLetters.RedriveAsync(DeadLetterSelection.All, Cancel), """{"count":3}""");
        Assert.Equal(new DeadLetterCount { Count = 3 }, redriven.Value);
    }

    [Fact]
    public async Task The_result_of_each_published_event_is_read()
    {
        var results = (await AnswerAsync(client => client.Events.PublishLinesAsync("orders", "{}"u8.ToArray(), Cancel), """
            {"results":[{"index":0,"id":"a","status":"duplicate","shard":3,"sequence":42},
             {"index":1,"status":"refused","problem":{"code":"invalid-request","pointer":"/key","value":"","rule":"A key has 1 to 1024 bytes."}}]}
            """, 207)).ValueOrThrow().Results;
        Assert.Equal(new PublishResult { Index = 0, Id = "a", Status = PublishStatus.Duplicate, Shard = 3, Sequence = 42 }, results[0]);
        Assert.Equal((true, false), (results[0].IsStored, results[1].IsStored));
        Assert.Equal(("invalid-request", "/key: A key has 1 to 1024 bytes."), (results[1].Problem!.Code, $"{results[1].Problem}"));
    }

    [Fact]
    public async Task A_batch_of_which_nothing_was_accepted_has_its_results_in_the_problem()
    {
        var reply = await AnswerAsync(client => client.Events.PublishLinesAsync("orders", "{}"u8.ToArray(), Cancel), """
            {"title":"All events were refused","status":400,"detail":"…","code":"events-refused","results":[{"index":0,"status":"refused","problem":
             {"code":"malformed-json","pointer":"","value":"","rule":"One JSON object a line."}}]}
            """, 400, ProblemType);
        Assert.Null(reply.Value);
        Assert.Equal("malformed-json", Assert.Single(reply.Problem!.Results).Problem!.Code);
    }

    [Fact]
    public async Task Health_metrics_and_backups_are_read()
    {
        Assert.Equal("ok", (await AnswerAsync(client => client.Operations.GetHealthAsync(Cancel), """{"status":"ok"}""")).Value!.Status);
        var ready = await AnswerAsync(
            client => client.Operations.GetReadinessAsync(Cancel), """{"status":"ok","troubles":["A lock is kept."]}""");
        Assert.Equal(["A lock is kept."], ready.Value!.Troubles!);
        var stopping = await AnswerAsync(
            client => client.Operations.GetReadinessAsync(Cancel), """{"code":"not-ready","detail":"Stopping."}""", 503, ProblemType);
        Assert.Equal("not-ready", stopping.Problem!.Code);
        var metrics = await AnswerAsync(
            client => client.Operations.GetMetricsAsync(Cancel), "# HELP x\nx 1\nx_total{a=\"b\"} 2.5\n", type: "text/plain");
        Assert.Equal((1, 2.5, null), (metrics.Value!.Find("x"), metrics.Value.Find("x_total{a=\"b\"}"), metrics.Value.Find("y")));
        Assert.Null((await AnswerAsync(client => client.Operations.GetMetricsAsync(Cancel), "", 503, "text/plain")).Value);
        var backup = await AnswerAsync(client => client.Operations.BackupAsync("/b", Cancel), """{"directory":"/b"}""");
        Assert.Equal(new Backup { Directory = "/b" }, backup.Value);
    }

    [Fact]
    public async Task The_applications_answers_are_read()
    {
        var customer = new Guid("7d1f2f6e-0b52-4c3a-8a56-55a1d5a0c001");
        var webhook = (await AnswerAsync(client => client.Orders.GetWebhookAsync(customer, Cancel), $$"""
            {"customerId":"{{customer}}","url":"https://example.com/hook","retry":{"strategy":"exponential","first":["50ms"],"base":"1s"},
             "limits":{"maxInFlight":50},"registered":true,"window":"1m","status":"active","createdAt":"2026-01-31T12:00:00.000Z",
             "updatedAt":"2026-01-31T12:00:00.000Z","version":2}
            """)).ValueOrThrow();
        Assert.Equal((customer, true, (TimeSpan?)TimeSpan.FromMinutes(1)), (webhook.CustomerId, webhook.Registered, webhook.Window));
        Assert.Equal(new DeliveryLimits { MaxInFlight = 50 }, webhook.Limits);
        Assert.Equal([TimeSpan.FromMilliseconds(50)], webhook.Retry.First!);

        var given = await AnswerAsync(
            client => client.Orders.RegisterAsync(new RegistrationRequest { Url = "http://127.0.0.1:1/" }, Cancel),
            $$"""{"customerId":"{{customer}}","epoch":7,"window":"40ms","secret":"whsec_x"}""");
        Assert.Equal(
            new HandlerRegistration { CustomerId = customer, Epoch = 7, Window = TimeSpan.FromMilliseconds(40), Secret = "whsec_x" },
            given.Value);

        var user = await AnswerAsync(
            client => client.Alarms.GetUserAsync("anna", Cancel),
            """{"userId":"anna","alarms":[{"alarmId":"pump-7","status":"WARNING","changedAt":"2026-01-31T12:00:00.123456789Z","due":true}]}""");
        Assert.Equal(
            new Alarm { AlarmId = "pump-7", Status = "WARNING", ChangedAt = "2026-01-31T12:00:00.123456789Z", Due = true },
            Assert.Single(user.Value!.Alarms));
    }

    private static async Task<Reply<T>> AnswerAsync<T>(
        Func<HeraldClient, Task<Reply<T>>> ask, string body, int status = 200, string type = "application/json")
        where T : class
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(status, body, type));
        using var client = new HeraldClient(new Uri(herald.Address));
        return await ask(client);
    }
}
