using Herald.Client;
using Herald.Lab.Processes;

namespace Herald.Lab.Clusters;

/// <summary>One node of a cluster, which can be ended and started again. Its address stays the same.</summary>
public sealed class ClusterNode(string name, IReadOnlyList<string> command, string[] arguments, TimeProvider time) : IAsyncDisposable
{
    private volatile ServerProcess? _process;
    private volatile bool _isMeantToRun;
    private HeraldClient? _client;

    public string Name => name;
    public bool IsRunning => _isMeantToRun && _process is { HasExited: false };

    /// <summary>The process ended by itself.</summary>
    public bool HasFailed => _isMeantToRun && _process is { HasExited: true };
    public ServerProcess Process => _process ?? throw new InvalidOperationException($"{name} has not been started.");
    public HeraldClient Client => _client ?? throw new InvalidOperationException($"{name} has not been started.");

    public async Task StartAsync(CancellationToken cancel)
    {
        var listen = _process?.Address.Authority ?? "127.0.0.1:0";
        if (_process is { } before)
            await before.DisposeAsync();
        _process = await ServerProcess.StartAsync([.. arguments, "--listen", listen], time, cancel, command);
        _client ??= new HeraldClient(_process.Address, null);
        _isMeantToRun = true;
    }

    /// <summary>Kills the process, as a crash would.</summary>
    public Task KillAsync()
    {
        _isMeantToRun = false;
        return Process.KillAsync();
    }

    /// <summary>Stops the process cleanly: it hands over its shards.</summary>
    public Task StopAsync()
    {
        _isMeantToRun = false;
        return Process.StopAsync();
    }

    /// <summary>The number of shards that the node owns; null when it does not answer.</summary>
    public async Task<int?> AskShardsAsync(CancellationToken cancel)
    {
        if (!IsRunning)
            return null;
        try
        {
            return (int?)(await Client.Operations.GetMetricsAsync(cancel)).Value?.Find("herald_shards_owned");
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isMeantToRun = false;
        if (_process is { } last)
            await last.DisposeAsync();
        _client?.Dispose();
    }
}
