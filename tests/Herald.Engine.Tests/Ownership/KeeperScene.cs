using Herald.Engine.Basics;
using Herald.Engine.Ownership;
using Herald.Engine.Stores;
using Herald.Engine.Tests.Shards;
using Herald.Engine.Tests.Stores;
using Xunit;

namespace Herald.Engine.Tests.Ownership;

/// <summary>A node's leases on the one shard of a store; who owns it is the test's to say.</summary>
internal sealed class KeeperScene : IAsyncDisposable
{
    public static readonly TimeSpan ValidFor = TimeSpan.FromSeconds(5);

    public KeeperScene() => Keeper = new LeaseKeeper(
        Ownership, Hosts, Shards.Open, Shards.Ledger, new EngineOptions { Handover = TimeSpan.FromSeconds(2), Grace = TimeSpan.FromSeconds(10) },
        Shards.Metrics, Shards.Clock, Shards.Lines);

    /// <summary>What a shard needs to run.</summary>
    public HostScene Shards { get; } = new();
    public ScriptedOwnership Ownership { get; } = new();
    public ShardHosts Hosts { get; } = new(1);
    public LeaseKeeper Keeper { get; }

    public static Lease Lease(long epoch, bool leaving = false) => new(OneShardLog.Shard, epoch, ValidFor, leaving);

    /// <summary>A subscription, and the leases there are.</summary>
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

    /// <summary>The next answer, at once.</summary>
    public void Answer(params Lease[] leases)
    {
        Ownership.Give(leases);
        Ownership.Hint();
    }

    /// <summary>Events of one key, told to whoever owns the shard.</summary>
    public async Task PublishAsync(params string[] payloads)
    {
        var last = await Shards.AppendAsync(payloads);
        Hosts.Find(0)?.OnHead(last);
    }

    /// <summary>The time of the next renewal comes.</summary>
    public async Task RenewByTheClockAsync()
    {
        var (clock, pace, before) = (Shards.Clock, ValidFor / 5, Ownership.Renewals);
        await UntilAsync(() => clock.NextDue is { } due && due - clock.GetUtcNow() <= pace);
        clock.Advance(pace);
        await Ownership.WhenRenewedAsync(before + 1);
    }

    /// <summary>Moves the clock bit by bit, each time something waits for it, until it holds.</summary>
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
