using Herald.Lab.Benches.Parts;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Herald.Lab.Receivers;

/// <summary>Bare Kestrel on loopback, which can go down and come up again on the same port.</summary>
/// <param name="port">0 for a free port, which it then keeps.</param>
internal sealed class LoopbackListener(int port) : IAsyncDisposable
{
    private const int LargestBody = 16 << 20;
    private KestrelServer? _listening;

    public int Port { get; private set; } = port;
    public bool IsUp => _listening is not null;

    /// <summary>Listens, again or for the first time.</summary>
    public async Task ComeUpAsync(IHttpApplication<IFeatureCollection> application, CancellationToken cancel)
    {
        if (_listening is not null)
            return;
        var (server, address) = await BareServer.StartAsync(application, cancel, Port, LargestBody);
        Port = new Uri(address).Port;
        _listening = server;
    }

    /// <summary>Lets requests under way end, and then refuses connections.</summary>
    public async Task GoDownAsync(CancellationToken cancel)
    {
        if (_listening is not { } server)
            return;
        _listening = null;
        await server.StopAsync(cancel);
        server.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        // Requests that are still under way have no receiver any more, so do not wait for them.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await GoDownAsync(now.Token);
    }
}
