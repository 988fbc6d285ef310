using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Herald.Client;
using Herald.Lab.Receivers;
using Herald.Nats.Clusters;
using Herald.Nats.Messages;
using Herald.TestKit.Databases;
using Herald.TestKit.Documentation;
using Herald.TestKit.Kafka;
using Herald.TestKit.Nats;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Herald.EndToEnd.OneFile;

/// <summary>The released file does what the build does, with its brokers and its stores, and needs nothing beside it.</summary>
public sealed class OneFileTests
{
    private const int Events = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Numbers = [.. Enumerable.Range(1, Events).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_demo_ends_with_its_verdict_and_leaves_nothing_behind()
    {
        using var file = ReleasedFile.Copy();
        var run = await file.RunAsync(Cancel, "demo", "--for", "5s", "--plain");
        Assert.True(run.Code == 0, run.Out + run.Error);
        var lines = run.Out.TrimEnd().Split('\n');
        var verdict = lines[Array.FindLastIndex(lines, line => line.StartsWith("accepted ", StringComparison.Ordinal))..][..5].Select(line => line.Split(' '))
            .ToDictionary(words => words[0], words => long.Parse(words[1], CultureInfo.InvariantCulture));
        Assert.True(verdict["accepted"] > 1000, run.Out);
        Assert.Equal((4 * verdict["accepted"], 0, 0), (verdict["delivered"], verdict["out-of-order"], verdict["lost"]));
        Assert.Contains(lines, line => line.StartsWith("PASS: ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("\"dying\" was down for 2 s", StringComparison.Ordinal));
        file.AssertAlone();
        Assert.Empty(Directory.EnumerateFileSystemEntries(file.Data));
    }

    [Fact]
    public async Task Messages_go_from_Kafka_through_Herald_to_Kafka_in_order()
    {
        using var file = ReleasedFile.Copy();
        await using var broker = await KafkaBroker.StartAsync();
        var (source, target) = (await broker.CreateTopicAsync("in"), await broker.CreateTopicAsync("out"));
        var refused = new ConcurrentQueue<string>();
        var sending = new ProducerConfig { BootstrapServers = broker.Servers, EnableIdempotence = true };
        using (var producer = new ProducerBuilder<string, string>(sending).Build())
        {
            foreach (var number in Numbers)
                producer.Produce(source, new() { Key = "k", Value = number }, report =>
                {
                    if (report.Error.IsError)
                        refused.Enqueue(report.Error.Reason);
                });
            Assert.Equal(0, producer.Flush(Patience));
            Assert.Empty(refused);
        }
        await file.ServeAsync(
            async (address, process) =>
            {
                await SubscribeAsync(address, $"kafka://main/{target}", StartPoint.Earliest);
                var reading = new ConsumerConfig
                {
                    BootstrapServers = broker.Servers,
                    GroupId = "test",
                    AutoOffsetReset = AutoOffsetReset.Earliest,
                };
                using var consumer = new ConsumerBuilder<string, string>(reading).Build();
                consumer.Subscribe(target);
                var received = new List<string>();
                while (received.Count < Events && consumer.Consume(Patience) is { } message)
                    received.Add(message.Message.Value);
                consumer.Close();
                Assert.Equal(Numbers, received);
                // librdkafka is in memory, and in no file.
                Assert.Contains(LibrariesOf(process), library => library.Contains("memfd", StringComparison.Ordinal));
                AssertSystemsLibraries(process);
            },
            Cancel,
            "serve", "--set", $"kafka.clusters.main.servers={broker.Servers}", "--set", "kafka.sources.0.cluster=main",
            "--set", $"kafka.sources.0.topic={source}", "--set", "kafka.sources.0.to=events");
        file.AssertAlone();
    }

    [Fact]
    public async Task Messages_go_from_NATS_through_Herald_to_NATS_in_order()
    {
        using var file = ReleasedFile.Copy();
        await using var server = await NatsServer.StartAsync();
        await using var connection = ClusterConnection.Begin(
            new ConnectionOptions { Servers = ServerAddress.ParseAll(server.Url)!, Name = "test" },
            TimeProvider.System, NullLogger.Instance);
        await connection.WhenConnectedAsync(Cancel).WaitAsync(Patience, TimeProvider.System, Cancel);
        await using var target = connection.Subscribe("out");
        await connection.FlushAsync(Cancel);
        await file.ServeAsync(
            async (address, _) =>
            {
                await SubscribeAsync(address, "nats://main/out", StartPoint.Earliest);
                foreach (var number in Numbers)
                    await connection.PublishConfirmedAsync(new OutgoingMessage("in.k", Encoding.UTF8.GetBytes(number)), Cancel);
                var received = new List<string>();
                await foreach (var message in target.ReadAllAsync(Cancel))
                {
                    received.Add(Encoding.UTF8.GetString(message.Payload.Span));
                    if (received.Count == Events)
                        break;
                }
                Assert.Equal(Numbers, received);
            },
            Cancel,
            "serve", "--set", $"nats.clusters.main.servers={server.Url}", "--set", "nats.sources.0.cluster=main",
            "--set", "nats.sources.0.subject=in.>", "--set", "nats.sources.0.to=events", "--set", "nats.sources.0.stream=IN");
        file.AssertAlone();
    }

    [Fact]
    public async Task Events_in_PostgreSQL_arrive_as_signed_webhooks_in_order()
    {
        using var file = ReleasedFile.Copy();
        var server = await PostgresServer.SharedAsync();
        await file.ServeAsync(
            (address, _) => AssertDeliveredAsync(address), Cancel,
            "serve", "--store", "postgres", "--connection", await server.CreateDatabaseAsync("released"));
        file.AssertAlone();
    }

    [Fact]
    public async Task Events_on_disk_arrive_as_signed_webhooks_and_only_the_systems_libraries_are_needed()
    {
        using var file = ReleasedFile.Copy();
        await file.ServeAsync(
            async (address, process) =>
            {
                await AssertDeliveredAsync(address);
                AssertSystemsLibraries(process);
            },
            Cancel, "serve");
        file.AssertAlone();
    }

    [Fact]
    public async Task Its_API_is_described_as_in_the_documents()
    {
        using var file = ReleasedFile.Copy();
        await file.ServeAsync(
            async (address, _) => await CommittedDocs.AssertDescribedAsync(await DescribedAsync(address), "openapi.json", Cancel),
            Cancel, "serve");
        await file.ServeAsync(
            async (address, _) => await CommittedDocs.AssertDescribedAsync(
                ApplicationDescription.Of(JsonNode.Parse(await DescribedAsync(address))!, "/v1/orders/"), "openapi-orders.json", Cancel),
            Cancel, "orders", "serve");
        await using var nats = await NatsServer.StartAsync();
        await file.ServeAsync(
            async (address, _) => await CommittedDocs.AssertDescribedAsync(
                ApplicationDescription.Of(JsonNode.Parse(await DescribedAsync(address))!, "/v1/alarms/"), "openapi-alarms.json", Cancel),
            Cancel, "alarms", "serve", "--nats", nats.Url, "--no-stream");
    }

    private static async Task AssertDeliveredAsync(Uri address)
    {
        var received = new ConcurrentQueue<string>();
        await using var receiver = await WebhookReceiver.StartAsync(
            "hook", null, new Conduct.Healthy(), webhook => received.Enqueue(Encoding.UTF8.GetString(webhook.Body.Span)),
            TimeProvider.System, new Random(1), Cancel);
        await SubscribeAsync(address, receiver.Endpoint.ToString(), StartPoint.Now);
        using var client = new HeraldClient(address, null);
        foreach (var number in Numbers)
        {
            var answer = await client.Events.PublishAsync("events", new NewEvent { Id = number, Key = "k", Payload = number }, Cancel);
            Assert.True(answer.Succeeded, answer.Text);
        }
        await Wait.UntilAsync(() => received.Count >= Events, Patience, () => $"{received.Count} webhooks came.", Cancel);
        Assert.Equal(Numbers, received);
    }

    private static async Task<string> DescribedAsync(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        return await http.GetStringAsync("/openapi.json", Cancel);
    }

    private static async Task SubscribeAsync(Uri address, string endpoint, StartPoint from)
    {
        using var client = new HeraldClient(address, null);
        await client.Topics.PutAsync("events", cancel: Cancel);
        var made = await client.Subscriptions.PutAsync(
            "target", new SubscriptionDefinition { Topic = "events", Endpoint = endpoint, From = from }, cancel: Cancel);
        Assert.True(made.Succeeded, made.Text);
    }

    /// <summary>What the process has loaded: libraries of glibc and of OpenSSL, the file itself, and memory.</summary>
    private static void AssertSystemsLibraries(Process process) => Assert.All(
        LibrariesOf(process), library => Assert.Matches(
            @"^(ld-linux-x86-64\.so\.2|lib(c|m|dl|rt|pthread)\.so\.\d|lib(ssl|crypto)\.so\.3|memfd:librdkafka\.so \(deleted\))$",
            Path.GetFileName(library)));

    private static List<string> LibrariesOf(Process process) =>
    [
        .. File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/maps"))
            .Where(line => line.Contains(" r-xp ", StringComparison.Ordinal) && line.Contains('/', StringComparison.Ordinal))
            .Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..])
            .Where(path => Path.GetFileName(path) != "herald").Distinct(),
    ];
}
