using Herald.Client;
using Herald.Lab.Processes;

namespace Herald.Lab.Demos.Notifications;

/// <summary>A server that is killed once and started again at the same address.</summary>
/// <param name="arguments">Of <c>notifications serve</c>.</param>
internal sealed class DemoServer(IReadOnlyList<string> arguments, TimeProvider time) : IAsyncDisposable
{
    private ServerProcess? _process;
    private HeraldClient? _client;
    private volatile bool _isKilled;

    public HeraldClient Client => _client ?? throw new InvalidOperationException("The server has not been started.");

    /// <summary>It has ended by itself.</summary>
    public bool HasFailed => !_isKilled && _process is { HasExited: true };

    /// <summary>It was killed, and does not run again yet.</summary>
    public bool IsAway => _isKilled;

    public string LastOutput => _process?.LastOutput ?? "";

    public async Task StartAsync(CancellationToken cancel)
    {
        _process = await ServerProcess.StartAsync([.. arguments, "--listen", "127.0.0.1:0"], time, cancel, ServerProcess.Notifications);
        _client = new HeraldClient(_process.Address, null);
    }

    public async Task KillAndStartAsync(CancellationToken cancel)
    {
        var before = _process ?? throw new InvalidOperationException("The server has not been started.");
        _isKilled = true;
        await before.KillAsync();
        await before.DisposeAsync();
        _process = await ServerProcess.StartAsync(
            [.. arguments, "--listen", before.Address.Authority], time, cancel, ServerProcess.Notifications);
        _isKilled = false;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _client?.Dispose();
    }
}
