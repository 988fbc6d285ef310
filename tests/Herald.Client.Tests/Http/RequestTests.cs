using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.TestKit;
using Herald.TestKit.Http;
using Xunit;

namespace Herald.Client.Tests.Http;

/// <summary>What every call of the client sends.</summary>
public sealed class RequestTests
{
    private static readonly Guid Customer = new("7d1f2f6e-0b52-4c3a-8a56-55a1d5a0c001");
    private static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private static readonly SubscriptionDefinition Whole = new()
    {
        Topic = "orders",
        Endpoint = "https://example.com/hook",
        Description = "for people",
        Filter = new Dictionary<string, IReadOnlyList<string>> { ["type"] = ["placed", "paid"] },
        Retry = new RetryPolicy
        {
            Strategy = "exponential",
            First = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(250)],
            Base = TimeSpan.FromSeconds(1),
            Factor = 2,
            Cap = TimeSpan.FromMinutes(10),
            Jitter = 0.25,
            MaxAttempts = 7,
            MaxAge = Timeout.InfiniteTimeSpan,
            Ttl = TimeSpan.FromMinutes(90),
            OnExhausted = "forward",
            ForwardTo = "rest",
        },
        Limits = new DeliveryLimits { MaxInFlight = 10, RatePerSecond = 0.5, Timeout = TimeSpan.FromSeconds(15), FixedInFlight = true },
        Reports = new DeliveryReports { Topic = "ends", On = ["exhausted"] },
        Secret = "whsec_x",
        From = StartPoint.Sequence(17),
    };

    private static readonly Dictionary<string, string> Labels = new() { ["tier"] = "1", ["team"] = "billing" };

    /// <summary>Each call under its request: method, target, preconditions, content type and body.</summary>
    private static readonly Dictionary<string, Func<HeraldClient, Task>> Table = new()
    {
        ["GET /v1/topics"] = client => client.Topics.ListAsync(),
        ["GET /v1/topics?limit=5&cursor=a%26b"] = client => client.Topics.ListAsync(new PageRequest(5, "a&b")),
        ["GET /v1/topics?limit=1000"] = client => ReadAsync(client.Topics.AllAsync()),
        ["PUT /v1/topics/or%20ders"] = client => client.Topics.PutAsync("or ders"),
        ["PUT /v1/topics/orders If-None-Match: *"] = client => client.Topics.PutAsync("orders", Precondition.Absent),
        ["GET /v1/topics?label=team%3Dbilling&label=tier%3D1&limit=5"] = client => client.Topics.ListAsync(Labels, new PageRequest(5)),
        ["GET /v1/topics?label=team%3Dbilling&label=tier%3D1&limit=1000"] = client => ReadAsync(client.Topics.AllAsync(Labels)),
        ["""PUT /v1/topics/orders application/json {"labels":{"tier":"1","team":"billing"}}"""] =
            client => client.Topics.PutAsync("orders", new TopicDefinition { Labels = Labels }),
        ["""PATCH /v1/topics/orders If-Match: "7" application/merge-patch+json {"labels":{"team":null}}"""] =
            client => client.Topics.PatchAsync(
                "orders", new JsonObject { ["labels"] = new JsonObject { ["team"] = null } }, Precondition.Version(7)),
        ["GET /v1/topics/orders"] = client => client.Topics.GetAsync("orders"),
        ["DELETE /v1/topics/orders"] = client => client.Topics.DeleteAsync("orders"),
        ["DELETE /v1/topics/orders?force=true If-Match: \"7\""] =
            client => client.Topics.DeleteAsync("orders", force: true, only: Precondition.Version(7)),

        ["GET /v1/subscriptions"] = client => client.Subscriptions.ListAsync(),
        ["GET /v1/subscriptions?limit=10&topic=orders"] = client => client.Subscriptions.ListAsync("orders", new PageRequest(10)),
        ["GET /v1/subscriptions?limit=1000&topic=orders"] = client => ReadAsync(client.Subscriptions.AllAsync("orders")),
        ["GET /v1/subscriptions?label=team%3Dbilling&label=tier%3D1&topic=orders"] =
            client => client.Subscriptions.ListAsync("orders", Labels),
        ["GET /v1/subscriptions?label=team%3Dbilling&label=tier%3D1&limit=1000"] =
            client => ReadAsync(client.Subscriptions.AllAsync(null, Labels)),
        ["""PUT /v1/subscriptions/mail application/json {"topic":"orders","endpoint":{"address":"pigeon://roof","settings":{"colour":"grey"}},"labels":{"tier":"1","team":"billing"}}"""] =
            client => client.Subscriptions.PutAsync("mail", new SubscriptionDefinition
            {
                Topic = "orders",
                Endpoint = new("pigeon://roof") { Settings = new Dictionary<string, string> { ["colour"] = "grey" } },
                Labels = Labels,
            }),
        ["""
            PUT /v1/subscriptions/billing If-Match: "3" application/json {"topic":"orders","endpoint":"https://example.com/hook","description":"for people","filter":{"type":["placed","paid"]},"retry":{"strategy":"exponential","first":["50ms","250ms"],"base":"1s","factor":2,"cap":"10m","jitter":0.25,"maxAttempts":7,"maxAge":"none","ttl":"1h30m","onExhausted":"forward","forwardTo":"rest"},"limits":{"maxInFlight":10,"ratePerSecond":0.5,"timeout":"15s","fixedInFlight":true},"reports":{"topic":"ends","on":["exhausted"]},"secret":"whsec_x","from":17}
            """] = client => client.Subscriptions.PutAsync("billing", Whole, Precondition.Unchanged("\"3\"")),
        ["""PUT /v1/subscriptions/billing application/json {"topic":"orders","colour":1}"""] =
            client => client.Subscriptions.PutJsonAsync("billing", new JsonObject { ["topic"] = "orders", ["colour"] = 1 }),
        ["""POST /v1/topics/orders/subscriptions application/json {"id":"billing","endpoint":"https://example.com/hook","from":"earliest"}"""] =
            client => client.Subscriptions.SubscribeAsync(
                new SubscriptionDefinition { Topic = "orders", Endpoint = "https://example.com/hook", From = StartPoint.Earliest }, "billing"),
        ["""PATCH /v1/subscriptions/billing If-Match: "3" application/merge-patch+json {"filter":{"country":null}}"""] =
            client => client.Subscriptions.PatchAsync(
                "billing", new JsonObject { ["filter"] = new JsonObject { ["country"] = null } }, Precondition.Unchanged("\"3\"")),
        ["GET /v1/subscriptions/billing"] = client => client.Subscriptions.GetAsync("billing"),
        ["DELETE /v1/subscriptions/bil%2Fling"] = client => client.Subscriptions.DeleteAsync("bil/ling"),
        ["POST /v1/subscriptions/billing/pause"] = client => client.Subscriptions.PauseAsync("billing"),
        ["POST /v1/subscriptions/billing/resume"] = client => client.Subscriptions.ResumeAsync("billing"),
        ["""POST /v1/subscriptions/billing/replay application/json {"from":"2026-01-31T12:00:00Z"}"""] =
            client => client.Subscriptions.ReplayAsync("billing", StartPoint.Time(Noon)),
        ["GET /v1/subscriptions/billing/secret"] = client => client.Subscriptions.GetSecretsAsync("billing"),
        ["POST /v1/subscriptions/billing/rotate-secret application/json {}"] = client => client.Subscriptions.RotateSecretAsync("billing"),
        ["""POST /v1/subscriptions/billing/rotate-secret application/json {"secret":"whsec_y","overlap":"1h"}"""] =
            client => client.Subscriptions.RotateSecretAsync("billing", "whsec_y", TimeSpan.FromHours(1)),
        ["POST /v1/subscriptions/billing/rotate-secret application/json {\"endOverlap\":true}"] =
            client => client.Subscriptions.RotateSecretAsync("billing", endOverlap: true),
        ["POST /v1/subscriptions/billing/test"] = client => client.Subscriptions.TestAsync("billing"),
        ["GET /v1/subscriptions/billing/lag"] = client => client.Subscriptions.GetLagAsync("billing"),
        ["GET /v1/subscriptions/billing/deliveries?limit=2"] =
            client => client.Subscriptions.ListDeliveriesAsync("billing", new PageRequest(2)),
        ["GET /v1/subscriptions/billing/deliveries?limit=1000"] = client => ReadAsync(client.Subscriptions.AllDeliveriesAsync("billing")),
        ["GET /v1/subscriptions/billing/blocked-keys?cursor=c"] =
            client => client.Subscriptions.ListBlockedKeysAsync("billing", new PageRequest(Cursor: "c")),
        ["GET /v1/subscriptions/billing/blocked-keys?limit=1000"] =
            client => ReadAsync(client.Subscriptions.AllBlockedKeysAsync("billing")),
        ["""POST /v1/subscriptions/billing/blocked-keys/release application/json {"shard":3,"sequence":42}"""] =
            client => client.Subscriptions.ReleaseAsync("billing", 3, 42),
        ["""POST /v1/subscriptions/billing/blocked-keys/release application/json {"shard":3,"sequence":42,"discard":true}"""] =
            client => client.Subscriptions.ReleaseAsync("billing", 3, 42, discard: true),

        ["""
            POST /v1/topics/orders/events application/json {"id":"e1","key":"k","type":"t","attributes":{"country":"NZ"},"payload":{"total":12.50,"text":"\ud800"},"time":"2026-01-31T12:00:00+00:00"}
            """] = client => client.Events.PublishAsync("orders", new NewEvent
        {
            Id = "e1",
            Key = "k",
            Type = "t",
            Attributes = new Dictionary<string, string> { ["country"] = "NZ" },
            Payload = """{"total":12.50,"text":"\ud800"}""",
            Time = Noon,
        }),
        ["""POST /v1/topics/orders/events application/json {"payloadBase64":"AQID","contentType":"image/png"}"""] =
            client => client.Events.PublishAsync("orders", new NewEvent { Bytes = new byte[] { 1, 2, 3 }, ContentType = "image/png" }),
        ["""POST /v1/topics/orders/events application/json [{"payload":1},{"payload":null}]"""] =
            client => client.Events.PublishAsync("orders", [new NewEvent { Payload = "1" }, new NewEvent { Payload = "null" }]),
        ["""POST /v1/topics/orders/events application/x-ndjson {"payload":1}"""] =
            client => client.Events.PublishLinesAsync("orders", """{"payload":1}"""u8.ToArray()),
        ["GET /v1/topics/orders/events/17%2Fpaid"] = client => client.Events.GetAsync("orders", "17/paid"),
        ["GET /v1/topics/orders/events/17%2Fpaid?key=a%20b"] = client => client.Events.GetAsync("orders", "17/paid", "a b"),
        ["GET /v1/topics/orders/events/17%2Fpaid?key=a%20b&subscription=billing"] =
            client => client.Events.GetDeliveryAsync("orders", "17/paid", "billing", "a b"),
        ["GET /v1/messages/msg_x?subscription=billing"] = client => client.Events.GetMessageAsync("msg_x", "billing"),
        ["GET /v1/topics/orders/tail"] = async client => (await client.Events.TailAsync("orders")).Value?.Dispose(),

        ["GET /v1/dead-letters"] = client => client.DeadLetters.ListAsync(),
        ["GET /v1/dead-letters?limit=5&cursor=c&subscription=billing&topic=orders"] =
            client => client.DeadLetters.ListAsync("billing", "orders", new PageRequest(5, "c")),
        ["GET /v1/dead-letters?limit=1000&topic=orders"] = client => ReadAsync(client.DeadLetters.AllAsync(topic: "orders")),
        ["GET /v1/dead-letters/dl_3_1_1_42"] = client => client.DeadLetters.GetAsync("dl_3_1_1_42"),
        ["POST /v1/dead-letters/dl_3_1_1_42/redrive"] = client => client.DeadLetters.RedriveAsync("dl_3_1_1_42"),
        ["POST /v1/dead-letters/dl_3_1_1_42/discard"] = client => client.DeadLetters.DiscardAsync("dl_3_1_1_42"),
        ["""POST /v1/dead-letters/redrive application/json {"subscription":"billing"}"""] =
            client => client.DeadLetters.RedriveAsync(DeadLetterSelection.OfSubscription("billing")),
        ["""POST /v1/dead-letters/redrive application/json {"all":true}"""] =
            client => client.DeadLetters.RedriveAsync(DeadLetterSelection.All),
        ["""POST /v1/dead-letters/discard application/json {"ids":["dl_3_1_1_42"]}"""] =
            client => client.DeadLetters.DiscardAsync(DeadLetterSelection.Ids(["dl_3_1_1_42"])),

        ["GET /healthz"] = client => client.Operations.GetHealthAsync(),
        ["GET /readyz"] = client => client.Operations.GetReadinessAsync(),
        ["GET /metrics"] = client => client.Operations.GetMetricsAsync(),
        ["""POST /v1/backup application/json {"directory":"/var/backups/herald"}"""] =
            client => client.Operations.BackupAsync("/var/backups/herald"),

        ["GET /v1/orders/customers?limit=10"] = client => client.Orders.ListWebhooksAsync(new PageRequest(10)),
        ["GET /v1/orders/customers?limit=1000"] = client => ReadAsync(client.Orders.AllWebhooksAsync()),
        [$$$"""PUT /v1/orders/customers/{{{Customer}}}/webhook If-None-Match: * application/json {"url":"https://example.com/hook","limits":{"maxInFlight":5}}"""] =
            client => client.Orders.PutWebhookAsync(
                Customer, new WebhookDefinition { Url = "https://example.com/hook", Limits = new DeliveryLimits { MaxInFlight = 5 } },
                Precondition.Absent),
        [$"GET /v1/orders/customers/{Customer}/webhook"] = client => client.Orders.GetWebhookAsync(Customer),
        [$"DELETE /v1/orders/customers/{Customer}/webhook If-Match: \"7\""] =
            client => client.Orders.DeleteWebhookAsync(Customer, Precondition.Version(7)),
        ["""POST /v1/orders/registrations application/json {"url":"http://127.0.0.1:9999/hook","window":"1m","secret":"whsec_x"}"""] =
            client => client.Orders.RegisterAsync(
                new RegistrationRequest { Url = "http://127.0.0.1:9999/hook", Window = TimeSpan.FromMinutes(1), Secret = "whsec_x" }),
        [$$"""PUT /v1/orders/registrations/{{Customer}} application/json {"epoch":7}"""] = client => client.Orders.HeartbeatAsync(Customer, 7),
        [$"DELETE /v1/orders/registrations/{Customer}?epoch=7"] = client => client.Orders.LeaveAsync(Customer, 7),

        ["GET /v1/alarms/users/an%2Fna"] = client => client.Alarms.GetUserAsync("an/na"),

        ["""POST /v1/anything?a=1 application/json {"b":2}"""] =
            client => client.SendAsync(HttpMethod.Post, "/v1/anything?a=1", new JsonObject { ["b"] = 2 }),
    };

    public static TheoryData<string> Requests => [.. Table.Keys];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_call_sends_its_request(string request)
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, """{"items":[]}"""));
        using var client = new HeraldClient(new Uri(herald.Address));
        await Table[request](client);
        var sent = Assert.Single(herald.Requests);
        Assert.Equal(request, Told(sent));
        Assert.Null(sent.Authorization);
    }

    /// <summary>The descriptions are those that the servers give; other tests compare them with what the servers do.</summary>
    [Theory]
    [InlineData("openapi.json")]
    [InlineData("openapi-orders.json")]
    [InlineData("openapi-alarms.json")]
    public async Task Every_operation_of_the_API_has_a_call(string description)
    {
        using var described = JsonDocument.Parse(await File.ReadAllTextAsync(SourceTree.File(Path.Combine("docs", description)), Cancel));
        foreach (var path in described.RootElement.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
                Assert.Contains(Table.Keys, request => IsOf(request, operation.Name, path.Name));
        }
    }

    [Fact]
    public async Task The_token_goes_with_every_request()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, """{"items":[]}"""));
        using var client = new HeraldClient(new Uri(herald.Address), "s3cret-token");
        await client.Topics.ListAsync(cancel: Cancel);
        Assert.Equal("Bearer s3cret-token", Assert.Single(herald.Requests).Authorization);
    }

    [Fact]
    public async Task A_client_of_the_program_itself_is_used_and_not_disposed()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(200, """{"items":[]}"""));
        using var http = new HttpClient { BaseAddress = new Uri(herald.Address) };
        using (var client = new HeraldClient(http))
            Assert.Equal(http.BaseAddress, client.Server);
        using var again = new HeraldClient(http);
        Assert.True((await again.Topics.ListAsync(cancel: Cancel)).Succeeded);
    }

    [Fact]
    public void A_client_without_an_address_is_refused()
    {
        using var http = new HttpClient();
        Assert.Throws<ArgumentException>(() => new HeraldClient(http));
    }

    [Fact]
    public async Task A_payload_that_is_not_JSON_is_not_sent()
    {
        await using var herald = await FakeHerald.StartAsync(_ => new(202, """{"results":[]}"""));
        using var client = new HeraldClient(new Uri(herald.Address));
        await Assert.ThrowsAnyAsync<JsonException>(() => client.Events.PublishAsync("orders", new NewEvent { Payload = "{" }, Cancel));
        Assert.Empty(herald.Requests);
    }

    private static string Told(FakeHerald.Request sent)
    {
        string?[] parts =
        [
            sent.Method, sent.Target, sent.IfMatch is { } match ? $"If-Match: {match}" : null,
            sent.IfNoneMatch is { } none ? $"If-None-Match: {none}" : null, sent.ContentType, sent.Body.Length > 0 ? sent.Body : null,
        ];
        return string.Join(' ', parts.Where(part => part is not null));
    }

    private static bool IsOf(string request, string method, string template)
    {
        var parts = request.Split(' ');
        var (asked, described) = (parts[1].Split('?')[0].Split('/'), template.Split('/'));
        return parts[0].Equals(method, StringComparison.OrdinalIgnoreCase) && asked.Length == described.Length
            && asked.Zip(described).All(pair => pair.First == pair.Second || pair.Second.StartsWith('{'));
    }

    private static async Task ReadAsync<T>(IAsyncEnumerable<T> items)
    {
        await foreach (var _ in items)
            Assert.Fail("There are no items.");
    }
}
