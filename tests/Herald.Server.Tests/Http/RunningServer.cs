using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Herald.Engine.Basics;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Journal;
using Herald.Journal.Hosting;
using Herald.Kafka.Hosting;
using Herald.Nats.Hosting;
using Herald.Outbound.Hosting;
using Herald.Postgres.Hosting;
using Herald.TestKit.Http;
using Herald.Webhooks.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Herald.Server.Tests.Http;

/// <summary>A real server on a free port, with a journal in a directory of its own.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private static int _names;
    private HeraldServer? _server;

    public string Directory { get; } = Path.Combine(Path.GetTempPath(), $"herald-server-{Guid.NewGuid():N}");
    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    public HeraldServer Server => _server!;
    public Uri Address => Server.Address;

    /// <summary>Changes the options before the server starts.</summary>
    public Func<BoundOptions, BoundOptions> With { get; init; } = o => o;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILoggerFactory Logging { get; init; } = new ErrorsShown();

    /// <summary>Modules in addition to the usual ones.</summary>
    public IReadOnlyList<IModule> More { get; init; } = [];

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<RunningServer> StartAsync(Func<BoundOptions, BoundOptions>? with = null)
    {
        var server = new RunningServer { With = with ?? (o => o) };
        await server.InitializeAsync();
        return server;
    }

    public static string Name(string kind) => $"{kind}-{Interlocked.Increment(ref _names)}";

    /// <summary>The modules that need no broker to be there.</summary>
    public static ModuleSet Modules { get; } = new(new JournalModule(), new PostgresModule(), new OutboundModule(), new WebhooksModule(), new KafkaModule(), new NatsModule());

    public static BoundOptions Options(string directory, ModuleSet? modules = null) => (modules ?? Modules).Settings.CreateDefaults()
        .With<ServerOptions>(server => server with { Listen = ["127.0.0.1:0"], DataDirectory = directory })
        .With<JournalOptions>(journal => journal with { SegmentBytes = 1 << 20, MinFreeBytes = 0, ShardCount = 4 })
        .With<EngineOptions>(engine => engine with { CommitEvery = TimeSpan.FromMilliseconds(20), Grace = TimeSpan.FromSeconds(1) });

    public static Task<HeraldServer> StartAsync(BoundOptions options) => HeraldServer.StartAsync(new() { Modules = Modules, Options = options }, Cancel);

    public async ValueTask InitializeAsync()
    {
        var modules = new ModuleSet([.. Modules.Modules, .. More]);
        _server = await HeraldServer.StartAsync(new() { Modules = modules, Options = With(Options(Directory, modules)), Logging = Logging, Time = Time });
        Http.BaseAddress = _server.Address;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        if (System.IO.Directory.Exists(Directory))
            System.IO.Directory.Delete(Directory, recursive: true);
    }

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, "application/json", headers);

    public Task<Answer> PutAsync(string path, string? body = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Put, path, body, "application/json", headers);

    public Task<Answer> PostAsync(string path, string? body = null, string type = "application/json", params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, body, type, headers);

    public Task<Answer> PatchAsync(string path, string body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Patch, path, body, "application/merge-patch+json", headers);

    public Task<Answer> DeleteAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Delete, path, null, "application/json", headers);

    public Task<Answer> PublishAsync(string topic, string body, string type = "application/json", params (string Name, string Value)[] headers) =>
        PostAsync($"/v1/topics/{topic}/events", body, type, headers);

    public async Task<string> NewTopicAsync()
    {
        var topic = Name("topic");
        Assert.Equal(HttpStatusCode.Created, (await PutAsync($"/v1/topics/{topic}")).Status);
        return topic;
    }

    public async Task<string> NewSubscriptionAsync(string topic, string endpoint, string more = "")
    {
        var id = Name("subscription");
        var created = await PutAsync($"/v1/subscriptions/{id}", $$"""{"topic":"{{topic}}","endpoint":"{{endpoint}}"{{more}}}""");
        Assert.True(created.Status == HttpStatusCode.Created, created.Text);
        return id;
    }

    /// <summary>Repeats the request until the answer is as expected. The test's own time-out ends it.</summary>
    public async Task<Answer> UntilAsync(string path, Func<Answer, bool> expected)
    {
        while (true)
        {
            Cancel.ThrowIfCancellationRequested();
            var answer = await GetAsync(path);
            if (expected(answer))
                return answer;
        }
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body, string type, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(Address, path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (type.Length > 0)
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request, Cancel);
        return await Answer.OfAsync(response, Cancel);
    }
}
