using Herald.Lab.Processes;

namespace Herald.EndToEnd.Production;

/// <summary>A Herald with the settings of docs/production.md, behind the nginx of that page.</summary>
internal sealed class ProxiedHerald : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly ServerProcess _server;
    private readonly Nginx _nginx;

    private ProxiedHerald(DirectoryInfo folder, ServerProcess server, Nginx nginx) =>
        (_folder, _server, _nginx, Http) = (folder, server, nginx, nginx.CreateClient());

    public const string Token = "the-token-of-a-test-0123456789";

    /// <summary>Sends no token by itself.</summary>
    public HttpClient Http { get; }

    public string Output => $"{_server.LastOutput}\n{_nginx.Output}";

    public static async Task<ProxiedHerald> StartAsync(CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("herald-test-");
        string settings = Path.Combine(folder.FullName, "herald.json"), token = Path.Combine(folder.FullName, "token");
        await File.WriteAllTextAsync(token, Token, cancel);
        await File.WriteAllTextAsync(
            settings,
            ProductionPage.Replace(
                await ProductionPage.ReadSettingsAsync(cancel), ("127.0.0.1:8090", "127.0.0.1:0"), ("/etc/herald/token", token),
                ("/var/lib/herald", Path.Combine(folder.FullName, "data"))),
            cancel);
        // Receivers in tests are on this machine.
        var server = await ServerProcess.StartAsync(
            ["--config", settings, "--set", "webhooks.allowedNetworks=127.0.0.0/8"], TimeProvider.System, cancel);
        try
        {
            return new(folder, server, await Nginx.StartAsync(server.Address, cancel));
        }
        catch
        {
            await server.DisposeAsync();
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <param name="token">Null to send none.</param>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? body, string? token, CancellationToken cancel, string accept = "*/*")
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.Accept.ParseAdd(accept);
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _nginx.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
