using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Delivery.Tests;

/// <summary>Two engines on one journal. Each owns half of the shards.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly string _directory;
    private readonly JournalStore _store;

    private Cluster(string directory, JournalStore store, SharedShards shards, ScriptedChannel channel, HeraldEngine[] nodes) =>
        (_directory, _store, Shards, Channel, Nodes) = (directory, store, shards, channel, nodes);

    public SharedShards Shards { get; }
    public ScriptedChannel Channel { get; }
    public HeraldEngine[] Nodes { get; }

    /// <summary>Starts with the topic <c>orders</c> and a subscription <c>s</c> to it.</summary>
    public static async Task<Cluster> StartAsync(SubscriptionDraft draft)
    {
        var directory = Directory.CreateTempSubdirectory("herald-cluster-").FullName;
        var store = await JournalStore.OpenAsync(new JournalOptions { Directory = directory }, TimeProvider.System, null, default);
        var (shards, channel) = (await SharedShards.OpenAsync(store, 2), new ScriptedChannel());
        var nodes = new HeraldEngine[2];
        for (var i = 0; i < nodes.Length; i++)
        {
            var parts = new EngineParts(store, store, store, store, store, store, shards.Of(i), [channel], TimeProvider.System, new Random(i), NullLoggerFactory.Instance);
            nodes[i] = await HeraldEngine.StartAsync(parts, new EngineOptions { CommitEvery = TimeSpan.FromMilliseconds(10) }, default);
        }
        var cluster = new Cluster(directory, store, shards, channel, nodes);
        await nodes[0].Catalog.PutTopicAsync("orders", default);
        await cluster.PutAsync(0, draft);
        return cluster;
    }

    public async Task<CatalogOutcome> PutAsync(int node, SubscriptionDraft draft) =>
        (await Nodes[node].Catalog.PutSubscriptionAsync(draft, new StartFrom.Now(), null, default)).Outcome;

    public async Task PublishAsync(int node, IEnumerable<(int Key, int Number)> events) =>
        await Node.PublishAsync(Nodes[node], (await Nodes[node].Catalog.FindTopicAsync("orders", default))!, events);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
        Shards.Dispose();
        await _store.DisposeAsync();
        Directory.Delete(_directory, true);
    }
}
