using System.Net.Http.Headers;
using System.Text;
using Herald.Alarms.Hosting;
using Herald.Alarms.Readers;
using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Engine.Sources;
using Herald.Journal;
using Herald.Journal.Hosting;
using Herald.Nats;
using Herald.Nats.Clusters;
using Herald.Outbound.Hosting;
using Herald.Server;
using Herald.TestKit.Http;
using Herald.Webhooks.Hosting;
using Xunit;

namespace Herald.Alarms.Tests.Inspection;

/// <summary>
/// A real server with the application, on a free port, with a journal of its own. What it sends to NATS is recorded here.
/// </summary>
internal sealed class AlarmsServer : IAsyncDisposable
{
    private readonly string _directory;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private HeraldServer? _server;
    private SourceIntake? _intake;

    // Each server has a source name of its own, because the messages of a stopped server on the same directory are remembered.
    private readonly string _stream = $"tests/{Guid.NewGuid():N}";
    private long _offset;

    private AlarmsServer(string? directory) => _directory = directory ?? Path.Combine(Path.GetTempPath(), $"herald-alarms-{Guid.NewGuid():N}");

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public NatsDouble Nats { get; } = new();
    public HeraldEngine Engine => _server!.Engine;

    /// <param name="directory">The directory of a stopped server, to continue with it.</param>
    public static async Task<AlarmsServer> StartAsync(AlarmsOptions? options = null, string? directory = null)
    {
        var server = new AlarmsServer(directory);
        try
        {
            await server.OpenAsync(options ?? new AlarmsOptions());
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Publishes messages as a NATS source does.</summary>
    public async Task<SourceTally> PublishAsync(params (string Subject, string Json)[] messages)
    {
        using var batch = _intake!.Begin();
        foreach (var (subject, json) in messages)
        {
            SourceHeader[] headers = [new("subject", Encoding.UTF8.GetBytes(subject))];
            batch.Add(new SourceMessage { Place = new(_stream, 0, _offset++), Value = Encoding.UTF8.GetBytes(json), Headers = headers });
        }
        return await batch.PublishAsync(Cancel);
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(_server!.Address, path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json");
        }
        using var response = await _http.SendAsync(request, Cancel);
        return await Answer.OfAsync(response, Cancel);
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>Stops the server and leaves its directory to another one.</summary>
    public async ValueTask<string> StopAsync()
    {
        _http.Dispose();
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

    private async Task OpenAsync(AlarmsOptions options)
    {
        var modules = new ModuleSet(new JournalModule(), new OutboundModule(), new WebhooksModule(), Nats, new AlarmsModule());
        var settings = modules.Settings.CreateDefaults()
            .With<ServerOptions>(server => server with { Listen = ["127.0.0.1:0"], DataDirectory = _directory, Applications = ["alarms"] })
            .With<JournalOptions>(journal => journal with { SegmentBytes = 1 << 20, MinFreeBytes = 0, ShardCount = 4 })
            .With<EngineOptions>(engine => engine with { CommitEvery = TimeSpan.FromMilliseconds(20), Grace = TimeSpan.FromSeconds(1) })
            .With<NatsOptions>(_ => new() { Clusters = new Dictionary<string, NatsClusterOptions> { ["main"] = new() { Servers = ["nats://127.0.0.1:1"] } } })
            .With<AlarmsOptions>(_ => options);
        var logging = new ErrorsShown();
        _server = await HeraldServer.StartAsync(new() { Modules = modules, Options = settings, Logging = logging }, Cancel);
        _intake = new SourceIntake(Engine.Intake, Engine.Catalog, AlarmEvents.Topic, new AlarmReader(), TimeProvider.System, logging);
        await _intake.StartAsync(Cancel);
    }
}
