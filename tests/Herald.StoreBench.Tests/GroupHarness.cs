using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.StoreBench.Groups;

namespace Herald.StoreBench.Tests;

/// <summary>A log of the bench in a directory of its own. It has no other role of a store.</summary>
internal sealed class GroupHarness(Func<string, ILogTables> open) : StoreHarness
{
    private readonly TemporaryDirectory _directory = new();
    private GroupLog? _log;

    public override IEventLog Log => _log ?? throw new InvalidOperationException("Not started.");
    public override ISourcePositions Positions => throw NoRole();
    public override IShardStore Shards => throw NoRole();
    public override IStateReader State => throw NoRole();
    public override ICatalogStore Catalog => throw NoRole();
    public override IDeadLetterStore DeadLetters => throw NoRole();

    /// <summary>A test of the log owns a shard first, which means nothing to a log alone.</summary>
    public override IOwnership Ownership { get; } = new AllShards();
    public override StoreNode Node => throw NoRole();
    public override bool CanHaveMoreNodes => false;
    public override bool LeasesExpire => false;
    public override bool TellsOfShards => false;

    public override ValueTask StartAsync()
    {
        _log = new GroupLog(open(_directory.Path), StoreIdentity.OpenOrCreate(_directory.Path));
        return ValueTask.CompletedTask;
    }

    public override async ValueTask ReopenAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public override ValueTask<StoreNode> OpenNodeAsync() => throw NoRole();

    public override ValueTask DamageAsync(ShardId shard, long sequence) => throw NoRole();

    public override ValueTask FreeAsync() => throw NoRole();

    public override async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Dispose();
    }

    private async ValueTask StopAsync()
    {
        if (_log is not null)
            await _log.DisposeAsync();
        _log = null;
    }

    private static NotSupportedException NoRole() => new("A store of the bench is only a log.");

    private sealed class AllShards : IOwnership
    {
        public ValueTask<IReadOnlyList<Lease>> RenewAsync(CancellationToken cancel) =>
            new([.. Enumerable.Range(0, GroupLog.Shards).Select(shard => new Lease(new ShardId(shard), 1, null))]);

        public ValueTask<bool> GiveWayAsync(CancellationToken cancel) => throw NoRole();

        public ValueTask ReleaseAsync(IReadOnlyList<Lease> leases, CancellationToken cancel) => throw NoRole();

        public void Follows(long catalogVersion) => throw NoRole();

        public ValueTask<long> OthersFollowAsync(CancellationToken cancel) => throw NoRole();

        public IDisposable OnMoved(Action moved) => throw NoRole();
    }
}
