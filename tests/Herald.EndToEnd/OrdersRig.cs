using Herald.Cli.Api;
using Herald.Cli.Demo;
using Herald.Cli.Publishing;
using Herald.Cli.Receiving;
using Herald.Cli.Serving;
using Herald.Cli.Verifying;
using Xunit;

namespace Herald.EndToEnd;

/// <summary>
/// A real server on a directory of its own, receivers of order changes, and the judge. The server can be stopped, killed and started
/// again on the same data and port; load and receivers go on meanwhile.
/// </summary>
internal sealed class OrdersRig : IAsyncDisposable
{
    private const string Topic = "orders";
    private static readonly TimeSpan PublishPatience = TimeSpan.FromMinutes(2);
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("herald-test-");
    private readonly OrderReceiver[] _receivers;
    private HeraldClient? _client;
    private OrderLoad? _load;

    private OrdersRig(int orders, int seed, (string Name, Conduct Conduct)[] receivers)
    {
        (Orders, Seed) = (orders, seed);
        Ledger = new ReceiptLedger(receivers.Length);
        _receivers = [.. receivers.Select((receiver, number) => new OrderReceiver(receiver.Name, number, Ledger))];
    }

    public int Orders { get; }
    public int Seed { get; }
    public ServerProcess Server { get; private set; } = null!;
    public HeraldClient Client => _client!;
    public OrderLoad Load => _load!;
    public ReceiptLedger Ledger { get; }
    public IReadOnlyList<OrderReceiver> Receivers => _receivers;

    public static async Task<OrdersRig> StartAsync(int orders, int seed, CancellationToken cancel, params (string Name, Conduct Conduct)[] receivers)
    {
        var rig = new OrdersRig(orders, seed, receivers);
        try
        {
            rig.Server = await ServerProcess.StartAsync(["--data", rig._data.FullName, "--listen", "127.0.0.1:0"], TimeProvider.System, cancel);
            rig._client = new HeraldClient(rig.Server.Address, null);
            rig._load = new OrderLoad(
                new EventPublisher(() => rig.Client, Topic, PublishPatience, TimeProvider.System), rig.Ledger, orders, TimeProvider.System, new Random(seed));
            Succeeded(await rig.Client.PutAsync($"/v1/topics/{Topic}", null, cancel));
            foreach (var (receiver, conduct) in rig._receivers.Zip(receivers.Select(receiver => receiver.Conduct)))
            {
                await receiver.StartAsync(conduct, () => rig.Load.Now, TimeProvider.System, new Random(seed + receiver.Number + 1), cancel);
                Succeeded(await receiver.SubscribeAsync(rig.Client, Topic, cancel));
            }
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server again, where it was and with what it had.</summary>
    public async Task RestartAsync(CancellationToken cancel)
    {
        var address = Server.Address;
        await Server.DisposeAsync();
        Server = await ServerProcess.StartAsync(["--data", _data.FullName, "--listen", address.Authority], TimeProvider.System, cancel);
    }

    /// <summary>Starts the server and kills it a moment later.</summary>
    public async Task KillWhileStartingAsync(TimeSpan after, CancellationToken cancel)
    {
        var run = await HeraldRun.OfAsync(
            start =>
            {
                // Not the settings of whoever runs the tests.
                foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("HERALD_", StringComparison.Ordinal)).ToList())
                    start.Environment.Remove(name);
            },
            async process =>
            {
                await Task.Delay(after, TimeProvider.System, cancel);
                process.Kill();
            },
            cancel, "serve", "--data", _data.FullName, "--listen", Server.Address.Authority);
        Assert.True(run.Code == 128 + 9, $"It ended by itself, with {run.Code}: {run.Out}{run.Error}");
    }

    public Task UntilAcceptedAsync(long count, CancellationToken cancel) => Wait.UntilAsync(
        () => Ledger.AcceptedCount >= count, TimeSpan.FromSeconds(60), () => $"Only {Ledger.AcceptedCount} of {count} were accepted.\n{Server.LastOutput}", cancel);

    /// <summary>Until every receiver has everything.</summary>
    public Task UntilDeliveredAsync(TimeSpan patience, CancellationToken cancel) => Wait.UntilAsync(
        () => Ledger.Judge().Lost == 0, patience, () => $"Not everything was delivered (seed {Seed}): {Story()}\n{Server.LastOutput}", cancel);

    /// <summary>Nothing lost, nothing out of order, no repeat under another id, no signature refused.</summary>
    public void AssertSound()
    {
        var verdict = Ledger.Judge();
        Assert.True(verdict is { Lost: 0, OutOfOrder: 0, ChangedIds: 0 } && _receivers.All(receiver => receiver.Webhooks.Refusals == 0), $"Seed {Seed}: {Story()}");
    }

    public string Story() => string.Join('\n', _receivers.Select(receiver =>
        $"{receiver.Name}: {Ledger.Judge(receiver.Number)}, retries {receiver.Retries}, refused {receiver.Webhooks.Refusals} ({receiver.Webhooks.LastRefusal}), "
        + $"missing {string.Join(' ', Ledger.Missing(receiver.Number, 5))}").Prepend(""));

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            if (!Server.HasExited)
                await Server.KillAsync();
            await Server.DisposeAsync();
        }
        foreach (var receiver in _receivers)
            await receiver.DisposeAsync();
        _load?.Dispose();
        _client?.Dispose();
        _data.Delete(recursive: true);
    }

    private static void Succeeded(Reply reply) => Assert.True(reply.Succeeded, string.Join('\n', reply.ProblemLines()));
}
