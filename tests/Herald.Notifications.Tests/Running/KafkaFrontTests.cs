using System.Globalization;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Herald.Engine.Basics;
using Herald.Hosting;
using Herald.Hosting.Settings;
using Herald.Kafka;
using Herald.Kafka.Clusters;
using Herald.Kafka.Sources;
using Herald.Postgres;
using Herald.Server;
using Herald.TestKit.Databases;
using Herald.TestKit.Kafka;
using Herald.TestKit.Time;

namespace Herald.Notifications.Tests.Running;

/// <summary>The door that Kafka confirms, with a real broker.</summary>
public sealed class KafkaFrontTests
{
    private const string Hello = """ "txt":"Hello","destination":"EMAIL" """;

    [Fact]
    public async Task Each_valid_post_is_201_and_one_uuid_is_one_effect()
    {
        var kafka = await KafkaBroker.SharedAsync();
        await using var server = await StartAsync(kafka, await TopicAsync(kafka));
        var uuid = Guid.NewGuid();
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => server.PostAsync(uuid)));
        Assert.All(answers, answer => Assert.Equal($$"""{"uuid":"{{uuid}}","status":"NOT_PROCESSED"}""", answer.Is(201).Text));
        await server.UntilStatusAsync(uuid, "PROCESSED");

        // Another post with the uuid changes nothing, and is told by the status.
        (await server.PostAsync(uuid, """ "txt":"Bye","destination":"EMAIL" """)).Is(201);
        await Until.HoldsAsync(
            async () => (await server.StatusAsync(uuid)).Json["conflicts"]?.GetValue<int>() == 1, () => "the conflict is counted");
        Assert.Equal("Hello", Assert.Single(server.Channel.Tried).Message["text"]!.ToString());
        (await server.PostAsync("/notification", """{"uuid":"x"}""")).IsProblem(400, "invalid-request", "/uuid");
    }

    [Fact]
    public async Task Many_posts_of_one_request_are_told_one_by_one()
    {
        var kafka = await KafkaBroker.SharedAsync();
        await using var server = await StartAsync(kafka, await TopicAsync(kafka));
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        var answer = await server.PostAsync(
            "/v1/notifications", $$"""[{"uuid":"{{one}}",{{Hello}}},{"uuid":"{{other}}","txt":"","destination":"EMAIL"}]""");
        Assert.Equal(207, (int)answer.Status);
        Assert.Equal(["new", "refused"], answer.Json["results"]!.AsArray().Select(result => result!["outcome"]!.ToString()));
        await server.UntilStatusAsync(one, "PROCESSED");
    }

    [Fact]
    public async Task Messages_of_other_programs_are_taken_as_posts_are()
    {
        var kafka = await KafkaBroker.SharedAsync();
        var topic = await TopicAsync(kafka);
        await using var server = await StartAsync(kafka, topic);
        var (named, numbered, posted) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        using (var other = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = kafka.Servers }).Build())
        {
            Put(named, "\"email\"");
            Put(numbered, "0");
            Put(posted, "\"EMAIL\"");
            other.Flush(NotificationsServer.Cancel);

            void Put(Guid uuid, string destination) => other.Produce(topic, new Message<string, string>
            {
                Key = $"{uuid}",
                Value = $$"""{"uuid":"{{uuid}}","txt":"Hello","destination":{{destination}},"server_received_timestamp":1700000000000}""",
            });
        }
        (await server.PostAsync(posted)).Is(201);
        foreach (var uuid in (Guid[])[named, numbered, posted])
            await server.UntilStatusAsync(uuid, "PROCESSED");
        Assert.Equal(3, server.Channel.Tried.Count);
    }

    [Fact]
    public async Task A_broker_that_is_away_is_503_and_the_door_opens_by_itself_when_it_is_back()
    {
        await using var kafka = await KafkaBroker.StartAsync();
        await using var server = await StartAsync(kafka, await TopicAsync(kafka), timeout: TimeSpan.FromSeconds(2));
        await kafka.KillAsync();
        var uuid = Guid.NewGuid();
        var answer = await server.PostAsync(uuid);
        answer.IsProblem(503, "front-unavailable");
        Assert.Contains("Post it again with the same uuid", answer["detail"], StringComparison.Ordinal);
        (await server.PostAsync("/v1/notifications", $"[{NotificationsServer.Post(uuid)},{NotificationsServer.Post(Guid.NewGuid())}]"))
            .IsProblem(503, "front-unavailable");
        await kafka.StartAgainAsync();
        await Until.HoldsAsync(async () => (int)(await server.PostAsync(uuid)).Status == 201, () => "the door is open again");
        await server.UntilStatusAsync(uuid, "PROCESSED");
        Assert.Single(server.Channel.Tried, tried => tried.Message["uuid"]!.ToString() == $"{uuid}");
    }

    [Fact]
    public async Task A_store_that_is_away_does_not_close_the_door()
    {
        await using var postgres = await PostgresServer.StartAsync();
        var connection = await postgres.CreateDatabaseAsync("notifications");
        var kafka = await KafkaBroker.SharedAsync();
        await using var server = await StartAsync(
            kafka, await TopicAsync(kafka),
            options => options.With<ServerOptions>(own => own with { Store = "postgres" })
                .With<PostgresOptions>(own => own with { Connection = connection, ShardCount = 4 }));
        await postgres.StopAsync(PostgresStop.Immediate);
        var uuids = Enumerable.Range(0, 10).Select(_ => Guid.NewGuid()).ToList();
        foreach (var uuid in uuids)
            (await server.PostAsync(uuid)).Is(201);
        await postgres.StartAgainAsync();
        foreach (var uuid in uuids)
            await server.UntilStatusAsync(uuid, "PROCESSED");
        Assert.Equal(uuids.Count, server.Channel.Tried.Count);
    }

    [Fact]
    public async Task A_post_that_Kafka_never_takes_is_413()
    {
        var kafka = await KafkaBroker.SharedAsync();
        await using var server = await StartAsync(
            kafka, await TopicAsync(kafka), options => options.With<IntakeOptions>(own => own with { MaxPayloadBytes = 4 << 20 }));
        var answer = await server.PostAsync(Guid.NewGuid(), $$""" "txt":"{{new string('a', 1_040_000)}}","destination":"EMAIL" """);
        Assert.Contains("message.max.bytes", answer.IsProblem(413, "payload-too-large")["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_external_notification_goes_to_Kafka_and_its_result_comes_back()
    {
        var kafka = await KafkaBroker.SharedAsync();
        var topic = await TopicAsync(kafka);
        var outstanding = await kafka.CreateTopicAsync("outstanding", 1);
        await using var server = await StartAsync(kafka, topic, change: own => own with { KafkaOutstanding = outstanding });
        var uuid = Guid.NewGuid();
        (await server.PostAsync(uuid, """ "txt":"Hello","destination":"PUSH","to":"token-of-a-device-0123456789abcdef0123456789" """)).Is(201);
        using var consumer = new ConsumerBuilder<string, string>(
            new ConsumerConfig { BootstrapServers = kafka.Servers, GroupId = "judge", AutoOffsetReset = AutoOffsetReset.Earliest }).Build();
        consumer.Subscribe(outstanding);
        var message = consumer.Consume(60_000)?.Message ?? throw new InvalidOperationException("Nothing has come for a minute.");
        consumer.Close();
        var body = JsonNode.Parse(message.Value)!;
        Assert.Equal(($"{uuid}", $"{uuid}", "Hello", "PUSH"), (message.Key, $"{body["uuid"]}", $"{body["txt"]}", $"{body["destination"]}"));
        Assert.True(body["server_received_timestamp"]!.GetValue<long>() > 0);
        (await server.PostAsync($"/v1/notifications/{uuid}/result", """{"status":"PROCESSED"}""")).Is(202);
        await server.UntilStatusAsync(uuid, "PROCESSED");
    }

    [Fact]
    public async Task A_source_that_reads_the_same_topic_is_refused_at_start()
    {
        var options = NotificationsServer.Usual with { Front = NotificationsFront.Kafka };
        var failure = await Assert.ThrowsAsync<ServerStartException>(() => NotificationsServer.StartAsync(options, with: bound => bound.With<KafkaOptions>(own => own with
        {
            Clusters = ClusterAt("127.0.0.1:1"),
            Sources = [new KafkaRoute { Cluster = "main", Topic = ["received-notifications"], To = "notifications" }],
        })));
        Assert.Contains("It reads the topic received-notifications already", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_starts_though_Kafka_does_not_answer_and_says_so()
    {
        using var lines = new LinesKept();
        var options = NotificationsServer.Usual with { Front = NotificationsFront.Kafka, FrontTimeout = TimeSpan.FromSeconds(1) };
        await using var server = await NotificationsServer.StartAsync(
            options, channel: new() { Schemes = ["test"] }, logging: lines,
            with: bound => bound.With<KafkaOptions>(own => own with { Clusters = ClusterAt("127.0.0.1:1") }));
        Assert.Contains(lines.All, line => line.Contains("Posts are not accepted yet. No broker of 127.0.0.1:1 answers.", StringComparison.Ordinal));
        (await server.PostAsync(Guid.NewGuid())).IsProblem(503, "front-unavailable");
        (await server.PostAsync(Guid.NewGuid())).IsProblem(503, "front-unavailable");
        Assert.Single(lines.All, line => line.Contains("Kafka does not confirm posts, which are answered with 503: ", StringComparison.Ordinal));
    }

    private static Task<NotificationsServer> StartAsync(
        KafkaBroker kafka, string topic, Func<BoundOptions, BoundOptions>? with = null, TimeSpan? timeout = null,
        Func<NotificationsOptions, NotificationsOptions>? change = null)
    {
        var options = NotificationsServer.Usual with
        {
            Front = NotificationsFront.Kafka,
            KafkaReceived = topic,
            FrontTimeout = timeout ?? TimeSpan.FromMinutes(1),
        };
        return NotificationsServer.StartAsync(
            change?.Invoke(options) ?? options, channel: new() { Schemes = ["test"] },
            with: bound =>
            {
                var own = bound.With<KafkaOptions>(all => all with
                {
                    Clusters = ClusterAt(kafka.Servers),
                    Group = string.Create(CultureInfo.InvariantCulture, $"group-of-{topic}"),
                });
                return with?.Invoke(own) ?? own;
            });
    }

    private static Task<string> TopicAsync(KafkaBroker kafka) => kafka.CreateTopicAsync("received");

    private static Dictionary<string, KafkaClusterOptions> ClusterAt(string servers) => new() { ["main"] = new() { Servers = [servers] } };
}
