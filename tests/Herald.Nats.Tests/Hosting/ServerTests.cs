using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using Herald.Engine.Sources;
using Herald.Hosting;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Journal;
using Herald.Journal.Hosting;
using Herald.Nats.Clusters;
using Herald.Nats.Hosting;
using Herald.Nats.JetStream;
using Herald.Nats.Sources;
using Herald.Nats.Tests.Clusters;
using Herald.Outbound.Hosting;
using Herald.Server;
using Herald.TestKit.Nats;
using Herald.TestKit.Time;
using Herald.Webhooks.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Herald.Nats.Tests.Hosting;

/// <summary>The whole server, from a stream to a subject.</summary>
public sealed class ServerTests
{
    private const int Count = 200;

    private static CancellationToken End => TestConnection.End;

    [Fact]
    public async Task What_a_stream_has_is_delivered_to_a_subject_in_order()
    {
        var nats = await NatsServer.SharedAsync();
        await using var connection = await TestConnection.OpenAsync(nats.Url);
        await using var delivered = connection.Subscribe("srv-out");
        await connection.FlushAsync(End);
        await using var rig = await Rig.StartAsync(new NatsOptions
        {
            Clusters = Clusters(nats.Url),
            Sources = [Source("events", "srv-in.*", "srv-more.>") with { Stream = "srv" }],
        });
        using var answer = await rig.Http.PutAsJsonAsync("/v1/subscriptions/out", new { topic = "events", endpoint = "nats://main/srv-out" }, End);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(End));

        var client = new JetStreamClient(connection, TimeSpan.FromSeconds(10));
        var headers = new NATS.Client.Core.NatsHeaders { ["key"] = "customer-1" };
        string[] subjects = ["srv-in.a", "srv-more.b.c"];
        for (var i = 0; i < Count; i++)
            await client.PublishAsync(new(subjects[i % 2], Encoding.ASCII.GetBytes(Text(i))) { Headers = headers }, End);

        for (var i = 0; i < Count; i++)
        {
            var message = await delivered.ReadAsync(End);
            Assert.Equal(Text(i), Encoding.ASCII.GetString(message!.Payload.Span));
            Assert.True(message.Headers.TryFind("key"u8, out var key) && key.SequenceEqual("customer-1"u8));
        }
        await Until.HoldsAsync(async () => (await rig.MetricsAsync()).Contains("herald_nats_lag{source=\"nats/main/srv/herald\"} 0", StringComparison.Ordinal), "the lag is told");
        var metrics = await rig.MetricsAsync();
        Assert.Contains("herald_nats_connected{source=\"nats/main/srv/herald\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("herald_nats_reading{source=\"nats/main/srv/herald\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("herald_nats_dropped_total{source=\"nats/main/srv/herald\"} 0", metrics, StringComparison.Ordinal);
        Assert.Contains("herald_nats_messages_total{topic=\"events\",outcome=\"accepted\"}", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_may_read_its_topics_messages_itself()
    {
        var nats = await NatsServer.SharedAsync();
        var created = 0;
        var options = new NatsOptions { Clusters = Clusters(nats.Url), Sources = [Source("own", "srv-own"), Source("other", "srv-other")] };
        await using var rig = await Rig.StartAsync(options, new TopicReader("own", () =>
        {
            created++;
            return new PlainReader();
        }));
        Assert.Equal(1, created);
    }

    [Fact]
    public async Task A_user_whose_password_is_in_a_file_is_let_in()
    {
        await using var nats = await NatsServer.StartAsync(false, "authorization { user: herald, password: secret-word }");
        var folder = Directory.CreateTempSubdirectory("herald-nats-tests-");
        try
        {
            var file = Path.Combine(folder.FullName, "password");
            await File.WriteAllTextAsync(file, "secret-word\n", End);
            await using var rig = await Rig.StartAsync(new NatsOptions
            {
                Clusters = Clusters(nats.Url, cluster => cluster with { User = "herald", PasswordFile = file }),
                Sources = [Source("events", "srv-secret")],
            });
            await Until.HoldsAsync(
                async () => (await rig.MetricsAsync()).Contains("herald_nats_connected{source=\"nats/main/srv-secret/herald\"} 1", StringComparison.Ordinal), "it is connected");
        }
        finally
        {
            folder.Delete(true);
        }
    }

    [Theory]
    [InlineData("nats.sources.0.subject = 'srv-x..y' (command line): One or several: a subject has", "main srv-x..y")]
    [InlineData("nats.sources.0.cluster = 'other' (command line): There is no cluster 'other'", "other srv-x")]
    [InlineData("give it a group of its own, with nats.sources.1.group", "main srv.a s", "main srv.b s")]
    [InlineData("give it a group of its own, with nats.sources.1.group", "main srv.*", "main srv.b")]
    [InlineData("Another subject of this source can match the same messages", "main srv.*,srv.b")]
    [InlineData("It is for sources without a stream", "main srv.a s oneReader=true")]
    [InlineData("Set nats.sources.0.stream.", "main srv.a  replicas=3")]
    [InlineData("nats.sources.0.replicas = '6' (command line): A whole number from 1 to 5.", "main srv.a s replicas=6")]
    public void Sources_that_cannot_be_are_told_with_the_setting(string told, params string[] sources)
    {
        List<KeyValuePair<string, string>> given = [new("nats.clusters.main.servers", "nats://127.0.0.1:4222")];
        foreach (var (index, source) in sources.Index())
        {
            var parts = source.Split(' ');
            given.Add(new($"nats.sources.{index}.cluster", parts[0]));
            given.AddRange(parts[1].Split(',').Select((subject, number) => KeyValuePair.Create($"nats.sources.{index}.subject.{number}", subject)));
            given.Add(new($"nats.sources.{index}.to", "events"));
            if (parts.Length > 2 && parts[2].Length > 0)
                given.Add(new($"nats.sources.{index}.stream", parts[2]));
            if (parts.Length > 3)
                given.Add(new($"nats.sources.{index}.{parts[3].Split('=')[0]}", parts[3].Split('=')[1]));
        }
        Assert.Contains(told, string.Join('\n', Rig.Modules().Settings.Load(new() { CommandLine = given }).Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "/nowhere/password", "a password", "cannot be read")]
    [InlineData("herald", null, "a user", "a user but no password")]
    public async Task Credentials_that_cannot_be_used_are_told_at_the_start(string? user, string? passwordFile, string what, string told)
    {
        var options = new NatsOptions
        {
            Clusters = Clusters("nats://127.0.0.1:4222", cluster => cluster with { User = user, PasswordFile = passwordFile }),
        };
        var failure = await Assert.ThrowsAnyAsync<ServerStartException>(() => Rig.StartAsync(options));
        Assert.True(failure.Message.Contains(told, StringComparison.Ordinal), $"{what}: {failure.Message}");
    }

    private static Dictionary<string, NatsClusterOptions> Clusters(string url, Func<NatsClusterOptions, NatsClusterOptions>? with = null) =>
        new() { ["main"] = (with ?? (options => options))(new() { Servers = [url] }) };

    private static NatsRoute Source(string to, params string[] subjects) => new() { Cluster = "main", Subject = subjects, To = to };

    private static string Text(int i) => i.ToString(CultureInfo.InvariantCulture);

    /// <summary>The part of an application that reads messages.</summary>
    private sealed class ReaderModule(TopicReader? reader) : IModule
    {
        public string Name => "reader";

        public void AddServices(IServiceCollection services, BoundOptions options)
        {
            if (reader is not null)
                services.AddSingleton(reader);
        }
    }

    /// <summary>A server on a free port, with a journal in a directory of its own.</summary>
    private sealed class Rig(string folder, HeraldServer server) : IAsyncDisposable
    {
        public HttpClient Http { get; } = new() { BaseAddress = server.Address };

        public static ModuleSet Modules(TopicReader? reader = null) =>
            new(new JournalModule(), new OutboundModule(), new WebhooksModule(), new NatsModule(), new ReaderModule(reader));

        public static async Task<Rig> StartAsync(NatsOptions nats, TopicReader? reader = null)
        {
            var folder = Directory.CreateTempSubdirectory("herald-nats-server-").FullName;
            var modules = Modules(reader);
            var options = modules.Settings.CreateDefaults()
                .With<ServerOptions>(own => own with { Listen = ["127.0.0.1:0"], DataDirectory = folder })
                .With<JournalOptions>(journal => journal with { MinFreeBytes = 0 })
                .With<NatsOptions>(_ => nats);
            try
            {
                return new(folder, await HeraldServer.StartAsync(new() { Modules = modules, Options = options }, End));
            }
            catch
            {
                Directory.Delete(folder, true);
                throw;
            }
        }

        public Task<string> MetricsAsync() => Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), End);

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await server.DisposeAsync();
            Directory.Delete(folder, true);
        }
    }
}
