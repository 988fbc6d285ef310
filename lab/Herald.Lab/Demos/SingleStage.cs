using Herald.Client;
using Herald.Lab.Ledgers;
using Herald.Lab.Processes;

namespace Herald.Lab.Demos;

/// <summary>One server with the embedded store.</summary>
internal sealed class SingleStage : IDemoStage
{
    private readonly ServerProcess _server;

    private SingleStage(ServerProcess server)
    {
        _server = server;
        Client = new HeraldClient(server.Address, null);
    }

    public string Place => _server.Address.ToString();
    public HeraldClient Client { get; }
    public bool HasEnded => _server.HasExited;

    public static async Task<IDemoStage> StartAsync(DirectoryInfo data, TimeProvider time, CancellationToken cancel) =>
        new SingleStage(await ServerProcess.StartAsync(["--data", data.FullName, "--listen", "127.0.0.1:0"], time, cancel));

    public IReadOnlyList<string> Remarks(LedgerTotals all) => [];

    public Task PlayAsync(TimeSpan load, CancellationToken cancel) => Task.CompletedTask;

    public Task<IReadOnlyList<(string Name, string State)>> LookAsync(CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<(string, string)>>([]);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
    }
}
