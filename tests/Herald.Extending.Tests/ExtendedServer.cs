using System.Net.Http.Json;
using Herald.Cli;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Journal;
using Herald.Server;
using Xunit;

namespace Herald.Extending.Tests;

/// <summary>A server with the modules of the command and one more.</summary>
internal sealed class ExtendedServer : IAsyncDisposable
{
    private readonly HeraldServer _server;
    private readonly HttpClient _http;

    private ExtendedServer(string directory, HeraldServer server) =>
        (Directory, _server, _http) = (directory, server, new HttpClient { BaseAddress = server.Address });

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public string Directory { get; }

    public static async Task<ExtendedServer> StartAsync(IModule module, Func<BoundOptions, BoundOptions>? with = null)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("herald-extending-").FullName;
        var modules = new ModuleSet([.. ModuleList.All.Modules, module]); // The one line that a new module needs.
        var options = modules.Settings.CreateDefaults()
            .With<ServerOptions>(server => server with { Listen = ["127.0.0.1:0"], DataDirectory = directory })
            .With<JournalOptions>(journal => journal with { SegmentBytes = 1 << 20, MinFreeBytes = 0, ShardCount = 2 });
        try
        {
            return new(directory, await HeraldServer.StartAsync(new() { Modules = modules, Options = with?.Invoke(options) ?? options }, Cancel));
        }
        catch
        {
            System.IO.Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    public async Task SubscribeAsync(string topic, string endpoint)
    {
        (await _http.PutAsync(new Uri($"/v1/topics/{topic}", UriKind.Relative), null, Cancel)).EnsureSuccessStatusCode();
        using var answer = await TrySubscribeAsync(topic, endpoint);
        answer.EnsureSuccessStatusCode();
    }

    public Task<HttpResponseMessage> TrySubscribeAsync(string topic, string endpoint) =>
        _http.PutAsJsonAsync($"/v1/subscriptions/{topic}", new { topic, endpoint }, Cancel);

    public async Task PublishAsync(string topic, string key, object payload) =>
        (await _http.PostAsJsonAsync($"/v1/topics/{topic}/events", new { key, payload }, Cancel)).EnsureSuccessStatusCode();

    public Task<string> GetAsync(string path) => _http.GetStringAsync(new Uri(path, UriKind.Relative), Cancel);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
