using Herald.Engine.Basics;
using Herald.Engine.Ownership;
using Herald.Engine.Stores;
using Herald.Engine.Tests.Shards;
using Herald.Engine.Tests.Stores;
using Xunit;

namespace Herald.Engine.Tests.Ownership;

/// <summary>A node's leases on the only shard of a store. The test decides which node owns the shard.</summary>
internal sealed class KeeperScene : IAsyncDisposable
{
    public static readonly TimeSpan ValidFor = TimeSpan.FromSeconds(5);

    public KeeperScene() => Keeper = new LeaseKeeper(
        Ownership, Hosts, Shards.Open, Shards.Ledger, new EngineOptions { Handover = TimeSpan.FromSeconds(2), Grace = TimeSpan.FromSeconds(10) },
        Shards.Metrics, Shards.Clock, Shards.Lines);

    /// <summary>The services and the store that a shard needs to run.</summary>
    public HostScene Shards { get; } = new();
    public ScriptedOwnership Ownership { get; } = new();
    public ShardHosts Hosts { get; } = new(1);
    public LeaseKeeper Keeper { get; }

    public static Lease Lease(long epoch, bool leaving = false) => new(OneShardLog.Shard, epoch, ValidFor, leaving);

    /// <summary>Creates a subscription and starts the keeper with these leases.</summary>
    public async Task StartAsync(params Lease[] leases)
    {
        Shards.Cache.Follow(update =>
        {
            foreach (var host in Hosts.All)
                host.OnCatalog(update);
        });
        await Shards.SubscribeAsync();
        Ownership.Give(leases);
        await Keeper.StartAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Sets the next answer, and causes a renewal at once.</summary>
    public void Answer(params Lease[] leases)
    {
        Ownership.Give(leases);
        Ownership.Hint();
    }

    /// <summary>Appends events of one key and notifies the owner of the shard.</summary>
    public async Task PublishAsync(params string[] payloads)
    {
        var last = await Shards.AppendAsync(payloads);
        Hosts.Find(0)?.OnHead(last);
    }

    /// <summary>Advances the clock to the next renewal, and waits for it.</summary>
    public async Task RenewByTheClockAsync()
    {
        var (clock, pace, before) = (Shards.Clock, ValidFor / 5, Ownership.Renewals);
        await UntilAsync(() => clock.NextDue is { } due && due - clock.GetUtcNow() <= pace);
        clock.Advance(pace);
        await Ownership.WhenRenewedAsync(before + 1);
    }

    /// <summary>Advances the clock in steps of 50 ms until the condition holds.</summary>
    public async Task AdvanceUntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            Shards.Clock.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }
    }

    public static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Keeper.DisposeAsync();
        await Shards.DisposeAsync();
    }
}
