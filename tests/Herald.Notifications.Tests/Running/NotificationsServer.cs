using System.Net.Http.Headers;
using System.Text;
using Herald.Email.Hosting;
using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Journal;
using Herald.Journal.Hosting;
using Herald.Kafka.Hosting;
using Herald.Notifications.Hosting;
using Herald.Outbound.Hosting;
using Herald.Postgres.Hosting;
using Herald.Push.Hosting;
using Herald.Server;
using Herald.TestKit.Http;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging;

namespace Herald.Notifications.Tests.Running;

/// <summary>A real server with the application, on a free port, with a journal of its own.</summary>
internal sealed class NotificationsServer : IAsyncDisposable
{
    private readonly string _directory;
    private HeraldServer? _server;

    private NotificationsServer(string? directory) =>
        _directory = directory ?? Path.Combine(Path.GetTempPath(), $"herald-notifications-{Guid.NewGuid():N}");

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ScriptedChannel Channel { get; private init; } = new();

    public MappedRoutes Routes { get; } = new();

    public ShiftedTime Time { get; } = new();

    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    public HeraldServer Server => _server!;

    public HeraldEngine Engine => Server.Engine;

    /// <summary>EMAIL has a default recipient, SLACK has none, and another program sends PUSH.</summary>
    public static NotificationsOptions Usual { get; } = new()
    {
        Destinations = new Dictionary<string, DestinationOptions>
        {
            ["email"] = new() { Endpoint = new("test://mail"), DefaultTo = "office@example.com" },
            ["slack"] = new() { Endpoint = new("test://chat") },
            ["push"] = new() { External = true },
        },
    };

    /// <param name="directory">The directory of a stopped server, to continue with it.</param>
    /// <param name="isDoorOnly">What is posted waits in the log, because no application runs.</param>
    public static async Task<NotificationsServer> StartAsync(
        NotificationsOptions? options = null, string? directory = null, bool isDoorOnly = false, ScriptedChannel? channel = null,
        Func<BoundOptions, BoundOptions>? with = null, ILoggerFactory? logging = null, IModule? module = null)
    {
        var server = new NotificationsServer(directory) { Channel = channel ?? new() };
        try
        {
            var notifications = module ?? (isDoorOnly ? new DoorOnly() : new NotificationsModule());
            var modules = new ModuleSet(
                new JournalModule(), new PostgresModule(), new OutboundModule(), new EmailModule(), new PushModule(), new KafkaModule(), server.Channel,
                notifications, server.Routes);
            var settings = modules.Settings.CreateDefaults()
                .With<ServerOptions>(own => own with
                {
                    Listen = ["127.0.0.1:0"],
                    DataDirectory = server._directory,
                    Applications = ["notifications"],
                })
                .With<JournalOptions>(journal => journal with { SegmentBytes = 1 << 20, MinFreeBytes = 0, ShardCount = 4 })
                .With<EngineOptions>(engine => engine with { CommitEvery = TimeSpan.FromMilliseconds(20), Grace = TimeSpan.FromSeconds(1) })
                .With<NotificationsOptions>(_ => options ?? Usual);
            server._server = await HeraldServer.StartAsync(
                new()
                {
                    Modules = modules,
                    Options = with?.Invoke(settings) ?? settings,
                    Logging = logging ?? new ErrorsShown(),
                    Time = server.Time,
                },
                Cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public static string Post(Guid uuid, string more = """ "txt":"Hello","destination":"EMAIL" """) => $$"""{"uuid":"{{uuid:D}}",{{more}}}""";

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> PostAsync(string path, string body, string type = "application/json") => SendAsync(HttpMethod.Post, path, body, type);

    public Task<Answer> PostAsync(Guid uuid, string more = """ "txt":"Hello","destination":"EMAIL" """) =>
        PostAsync("/notification", Post(uuid, more));

    public Task<Answer> StatusAsync(Guid uuid) => GetAsync($"/notification/{uuid:D}");

    public async Task<Answer> UntilStatusAsync(Guid uuid, string status)
    {
        Answer? last = null;
        await Until.HoldsAsync(
            async () => (last = await StatusAsync(uuid))["status"] == status, () => $"the status is {status}, and not {last?.Text}");
        return last!;
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, string type = "application/json")
    {
        using var content = body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (content is not null && type.Length > 0)
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return await SendAsync(method, path, content);
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, new Uri(Server.Address, path)) { Content = content };
        using var response = await Http.SendAsync(request, Cancel);
        return await Answer.OfAsync(response, Cancel);
    }

    /// <summary>Stops the server and leaves its directory to another one.</summary>
    public async ValueTask<string> StopAsync()
    {
        Http.Dispose();
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
