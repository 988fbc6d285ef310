using Herald.Client;
using Herald.Lab.Demos;
using Herald.Lab.Ledgers;
using Herald.Lab.Processes;
using Herald.Lab.Receivers;
using Herald.TestKit.Traces;
using Xunit;

namespace Herald.EndToEnd;

/// <summary>
/// A real server on a directory of its own, receivers of order changes, and the check of what they receive. The server can be stopped,
/// killed and started again on the same data and port. Load and receivers go on meanwhile.
/// </summary>
internal sealed class OrdersRig : IAsyncDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("herald-test-");
    private readonly TraceRecorder _trace = new();
    private readonly Lives _lives;
    private readonly OrderTraffic _traffic;
    private HeraldClient? _client;

    private OrdersRig(int orders, int seed, (string Name, Conduct Conduct)[] receivers)
    {
        _lives = new Lives(_trace);
        _traffic = new OrderTraffic(orders, seed, () => Client, _trace, _lives, receivers);
        Store = ["--data", _data.FullName];
    }

    /// <summary>The options for the server's store.</summary>
    public string[] Store { get; set; }

    public int Orders => _traffic.Orders;
    public int Seed => _traffic.Seed;
    public ServerProcess Server { get; private set; } = null!;
    public HeraldClient Client => _client!;
    public OrderLoad Load => _traffic.Load;
    public ReceiptLedger Ledger => _traffic.Ledger;
    public IReadOnlyList<OrderReceiver> Receivers => _traffic.Receivers;

    public static async Task<OrdersRig> StartAsync(int orders, int seed, CancellationToken cancel, params (string Name, Conduct Conduct)[] receivers)
    {
        var rig = new OrdersRig(orders, seed, receivers);
        try
        {
            await rig.StartServerAsync("127.0.0.1:0", cancel);
            rig._client = new HeraldClient(rig.Server.Address, null, calls => new TracedCalls(rig._trace, () => rig._lives.Now, calls));
            await rig._traffic.StartAsync(cancel);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Requests a clean stop.</summary>
    public void Terminate()
    {
        _lives.Stopping();
        Signal.Terminate(Server.Id);
    }

    /// <summary>Stops the server cleanly.</summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        Terminate();
        await Server.ExitedAsync(cancel);
        Assert.Equal(0, Server.ExitCode);
    }

    /// <summary>Starts the server again after its end, with the same address and store.</summary>
    public async Task RestartAsync(CancellationToken cancel)
    {
        await EndedAsync(cancel);
        var address = Server.Address;
        await Server.DisposeAsync();
        await StartServerAsync(address.Authority, cancel);
    }

    /// <summary>Starts the server and kills it a moment later.</summary>
    public async Task KillWhileStartingAsync(TimeSpan after, CancellationToken cancel)
    {
        await EndedAsync(cancel);
        _lives.Starting();
        await HeraldRun.KillAfterAsync(after, cancel, ["serve", .. Store, "--listen", Server.Address.Authority]);
        await _lives.EndedAsync("killed", _traffic.Traced, cancel);
    }

    private Task EndedAsync(CancellationToken cancel) =>
        _lives.EndedAsync(Server.ExitCode == 0 ? "stopped" : "killed", _traffic.Traced, cancel);

    private async Task StartServerAsync(string listen, CancellationToken cancel)
    {
        _lives.Starting();
        Server = await ServerProcess.StartAsync([.. Store, "--listen", listen], TimeProvider.System, cancel);
        _lives.Started();
    }

    public Task UntilAcceptedAsync(long count, CancellationToken cancel) => _traffic.UntilAcceptedAsync(count, () => Server.LastOutput, cancel);

    public Task UntilDeliveredAsync(TimeSpan patience, CancellationToken cancel) => _traffic.UntilDeliveredAsync(patience, () => Server.LastOutput, cancel);

    /// <summary>Checks that nothing is lost, out of order, or repeated under another id, and that no signature was refused.</summary>
    public void AssertSound() => _traffic.AssertSound();

    public string Story() => _traffic.Story();

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            if (!Server.HasExited)
                await Server.KillAsync();
            await Server.DisposeAsync();
        }
        await _traffic.DisposeAsync();
        _client?.Dispose();
        _trace.Dispose();
        _data.Delete(recursive: true);
    }
}
