using Herald.Contracts.Stores;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal;

namespace Herald.Delivery.Tests;

/// <summary>One journal whose shards are divided among three nodes from the beginning.</summary>
internal sealed class SharedShardsHarness : StoreHarness
{
    private const int Nodes = 3;

    private readonly string _directory = Directory.CreateTempSubdirectory("herald-shared-").FullName;
    private JournalStore? _store;
    private SharedShards? _shards;
    private StoreNode? _first;
    private int _opened;

    public override IEventLog Log => Store;
    public override ISourcePositions Positions => Store;
    public override IShardStore Shards => Store;
    public override IStateReader State => Store;
    public override ICatalogStore Catalog => Store;
    public override IDeadLetterStore DeadLetters => Store;
    public override IOwnership Ownership => Node.Ownership;
    public override StoreNode Node => _first ?? throw new InvalidOperationException("Not started.");
    public override bool CanHaveMoreNodes => true;
    public override bool LeasesExpire => true;
    public override bool TellsOfShards => true;

    private JournalStore Store => _store ?? throw new InvalidOperationException("Not started.");

    public override async ValueTask StartAsync()
    {
        _store = await JournalStore.OpenAsync(new JournalOptions { Directory = _directory }, Clock, null, default);
        _shards = await SharedShards.OpenAsync(_store, Nodes);
        (_first, _opened) = (NodeOf(_store, _shards, 0), 1);
    }

    public override async ValueTask ReopenAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public override ValueTask<StoreNode> OpenNodeAsync() => new(NodeOf(Store, _shards!, _opened++));

    public override ValueTask DamageAsync(ShardId shard, long sequence) => throw new NotSupportedException();

    public override ValueTask FreeAsync() => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async ValueTask StopAsync()
    {
        _shards?.Dispose();
        if (_store is not null)
            await _store.DisposeAsync();
    }

    private static StoreNode NodeOf(JournalStore store, SharedShards shards, int node) => new(
        shards.Of(node), store,
        () =>
        {
            shards.Close(node);
            return default;
        });
}
