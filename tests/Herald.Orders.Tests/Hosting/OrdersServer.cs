using System.Net.Http.Headers;
using System.Text;
using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Engine.Sources;
using Herald.Hosting.Settings;
using Herald.Journal;
using Herald.Journal.Hosting;
using Herald.Orders.Hosting;
using Herald.Orders.Readers;
using Herald.Outbound.Hosting;
using Herald.Postgres.Hosting;
using Herald.Server;
using Herald.TestKit.Http;
using Herald.Webhooks.Hosting;
using Xunit;

namespace Herald.Orders.Tests.Hosting;

/// <summary>A real server with the application, on a free port. It has a journal of its own unless a test chooses another store.</summary>
internal sealed class OrdersServer : IAsyncDisposable
{
    private static readonly ModuleSet Modules = new(new JournalModule(), new PostgresModule(), new OutboundModule(), new WebhooksModule(), new OrdersModule());

    private readonly string _directory;
    private readonly SemaphoreSlim _publishing = new(1);
    private HeraldServer? _server;
    private SourceIntake? _intake;
    private long _offset;

    private OrdersServer(string? directory) => _directory = directory ?? Path.Combine(Path.GetTempPath(), $"herald-orders-{Guid.NewGuid():N}");

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    public HeraldServer Server => _server!;
    public HeraldEngine Engine => Server.Engine;

    /// <param name="directory">The directory of a stopped server, to continue with it.</param>
    public static async Task<OrdersServer> StartAsync(Func<BoundOptions, BoundOptions>? with = null, string? directory = null)
    {
        var server = new OrdersServer(directory);
        var options = Modules.Settings.CreateDefaults()
            .With<ServerOptions>(own => own with { Listen = ["127.0.0.1:0"], DataDirectory = server._directory, Applications = ["orders"] })
            .With<JournalOptions>(journal => journal with { SegmentBytes = 1 << 20, MinFreeBytes = 0, ShardCount = 4 })
            .With<EngineOptions>(engine => engine with { CommitEvery = TimeSpan.FromMilliseconds(20), Grace = TimeSpan.FromSeconds(1) });
        var logging = new ErrorsShown();
        server._server = await HeraldServer.StartAsync(new() { Modules = Modules, Options = with?.Invoke(options) ?? options, Logging = logging }, Cancel);
        server.Http.BaseAddress = server._server.Address;
        server._intake = new SourceIntake(server.Engine.Intake, server.Engine.Catalog, OrderEvents.Topic, new OrderReader(), TimeProvider.System, logging);
        await server._intake.StartAsync(Cancel);
        return server;
    }

    /// <summary>Publishes messages as a source does.</summary>
    public async Task<SourceTally> PublishAsync(params OrderMessage[] messages)
    {
        await _publishing.WaitAsync(Cancel);
        try
        {
            using var batch = _intake!.Begin();
            foreach (var message in messages)
                batch.Add(new SourceMessage { Place = new("tests", 0, _offset++), Key = Encoding.UTF8.GetBytes($"{message.Order}"), Value = message.Bytes });
            return await batch.PublishAsync(Cancel);
        }
        finally
        {
            _publishing.Release();
        }
    }

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> PutAsync(string path, string body, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Put, path, body, headers);

    public Task<Answer> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body, []);

    public Task<Answer> DeleteAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Delete, path, null, headers);

    /// <summary>Repeats the request until the answer is as expected. The test's own time-out ends it.</summary>
    public async Task<Answer> UntilAsync(Func<Task<Answer>> ask, Func<Answer, bool> expected)
    {
        while (true)
        {
            Cancel.ThrowIfCancellationRequested();
            var answer = await ask();
            if (expected(answer))
                return answer;
        }
    }

    public async Task<Answer> SendAsync(
        HttpMethod method, string path, string? body, (string Name, string Value)[] headers, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, new Uri(Server.Address, path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request, Cancel);
        return await Answer.OfAsync(response, Cancel);
    }

    /// <summary>Stops the server and leaves its directory to another one.</summary>
    public async ValueTask<string> StopAsync()
    {
        Http.Dispose();
        _publishing.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        return _directory;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (Directory.Exists(_directory))
            Directory.Delete(_directory, recursive: true);
    }
}
