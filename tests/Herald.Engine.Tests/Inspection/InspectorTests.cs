using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Inspection;
using Herald.Engine.Ownership;
using Herald.Engine.Sending;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Sending;
using Herald.Engine.Tests.Shards;
using Herald.Engine.Tests.Stores;
using Xunit;

namespace Herald.Engine.Tests.Inspection;

/// <summary>What a query costs, and what it tells of damaged records.</summary>
public sealed class InspectorTests : IAsyncDisposable
{
    private readonly HostScene _scene = new();
    private readonly ShardHosts _hosts = new(1);
    private readonly SavedHistory _history;

    public InspectorTests() => _history = new SavedHistory(_scene.Store);

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task A_lag_asks_each_shard_once()
    {
        await _scene.StartAsync();
        await _scene.AppendAsync(["one"]);
        var asked = 0;
        _scene.Store.Reading = records =>
        {
            asked++;
            return records;
        };
        Assert.Equal(1, (await InspectorOf(_scene.Catalog, _scene.Cache).CountedLagAsync("s", default))!.Waiting);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task However_long_the_shards_take_to_answer_there_is_time_to_count()
    {
        await _scene.StartAsync();
        var draft = new SubscriptionDraft
        {
            Id = "s2",
            Topic = "t",
            Endpoint = "http://one/",
            Filter = new Filter([new FilterClause("country", false, ["NZ"])]),
        };
        Assert.True((await _scene.Catalog.PutSubscriptionAsync(draft, new StartFrom.Earliest(), null, default)).Done);
        await _scene.AppendAsync(["one"]);
        _scene.Store.Reading = records =>
        {
            _scene.Clock.Advance(3 * WaitingCounter.LongestCount);
            return records;
        };
        // Without a look at the event, it would have to count.
        Assert.Equal(0, (await InspectorOf(_scene.Catalog, _scene.Cache).CountedLagAsync("s2", default))!.Waiting);
    }

    [Fact]
    public async Task The_event_behind_which_many_deliveries_wait_is_read_once()
    {
        await BlockAsync();
        await _scene.WhenStoredAsync(commit => commit.History is not null);
        _scene.Log.Reads.Clear();
        var story = await StoryOfSecondAsync();
        Assert.All(story.Deliveries, delivery => Assert.IsType<DeliveryReason.BehindEvent>(delivery.Why));
        Assert.Equal(3, story.Deliveries.Count);
        Assert.Single(_scene.Log.Reads, read => read is [1]);
    }

    [Fact]
    public async Task A_story_waits_for_the_saving_of_the_shard_at_most_once()
    {
        _scene.Store.Fault = _ => new StoreUnavailableException("The test's store is away.");
        await BlockAsync();
        var telling = StoryOfSecondAsync();
        await _scene.Clock.AdvanceUntilAsync(telling, TimeSpan.FromMilliseconds(250));
        Assert.Equal(3, (await telling).Deliveries.Count(delivery => delivery.Why is DeliveryReason.BehindEvent));
        // Before and after the saving, not for each delivery.
        Assert.Equal(2, _history.Read.Count(sequence => sequence == 1));
    }

    [Fact]
    public async Task A_secret_that_cannot_be_read_is_the_reason_and_what_the_subscription_waits_for()
    {
        _scene.Channel.Secret = new SecretRules(1, 32, "Any.", () => new byte[32]);
        await _scene.StartAsync();
        var inspector = await DamageAsync(CatalogCodec.SecretKind);
        var why = Assert.Single((await StoryAsync(inspector, 1, "s")).Deliveries).Why;
        Assert.Equal(new DeliveryReason.NoSecret(), why);
        Assert.Contains("secret", (await inspector.LagAsync("s", default))!.WaitsFor, StringComparison.Ordinal);
        Assert.Contains("secret", (await inspector.CountedLagAsync("s", default))!.WaitsFor, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_subscription_whose_record_is_damaged_only_that_is_told_and_its_lag_is_an_estimate()
    {
        await _scene.StartAsync();
        var inspector = await DamageAsync(CatalogCodec.SubscriptionKind);
        var delivery = Assert.Single((await StoryAsync(inspector, 1, "s")).Deliveries);
        Assert.Equal((DeliveryStatus.Waiting, new DeliveryReason.Disabled(null, Subscription.DamagedReason)), (delivery.Status, delivery.Why));
        var lag = (await inspector.CountedLagAsync("s", default))!;
        Assert.Equal((CountMeaning.Estimate, null), (lag.WaitingIs, lag.WaitsFor));
    }

    /// <summary>Three subscriptions have failed with event 1, and event 2 of the same key waits.</summary>
    private async Task BlockAsync()
    {
        await _scene.StartAsync();
        foreach (var id in new[] { "s2", "s3" })
        {
            var draft = new SubscriptionDraft { Id = id, Topic = "t", Endpoint = "http://one/" };
            Assert.True((await _scene.Catalog.PutSubscriptionAsync(draft, new StartFrom.Earliest(), null, default)).Done);
        }
        _hosts.Replace([_scene.Host]);
        await _scene.PublishAsync(["one", "two"]);
        for (var i = 0; i < 3; i++)
            (await _scene.ExpectAsync("one")).Answer(Results.Status500);
        while (await _scene.CountInFlightAsync() > 0)
            await Task.Yield();
    }

    /// <summary>Damages a record of the subscription, and returns the view of a node that starts after that. Event 1 is not routed yet.</summary>
    private async Task<Inspector> DamageAsync(string kind)
    {
        var topic = (await _scene.Catalog.FindTopicAsync("t", default))!.Number;
        await _scene.Subscriptions.ChangeAsync([new CatalogWrite(kind, "s", topic, null, "{"u8.ToArray())], default);
        await _scene.AppendAsync(["one"]);
        var (catalog, cache) = _scene.NewCatalog();
        await cache.StartAsync(default);
        return InspectorOf(catalog, cache);
    }

    private Task<EventStory> StoryOfSecondAsync() => StoryAsync(InspectorOf(_scene.Catalog, _scene.Cache), 2, null);

    private async Task<EventStory> StoryAsync(Inspector inspector, long sequence, string? subscription)
    {
        var copy = new CopySink();
        await _scene.Log.ReadEventsAsync(OneShardLog.Shard, new[] { sequence }, copy, default);
        var topic = (await _scene.Catalog.FindTopicAsync("t", default))!;
        return (await inspector.LookUpEventAsync(topic, new EventView(copy.Record!).IdText, "k", subscription, default)).Story!;
    }

    private Inspector InspectorOf(Catalog catalog, CatalogCache cache) => new(
        _scene.Log, _history, catalog, cache, new EventEncoder(_scene.Log.HashSeed, _scene.Log.HashSecret, 1), _scene.Ledger,
        new ChannelSet([_scene.Channel]), new ShardViews(_scene.Log, _scene.Store, _hosts), new MessageIds(1), _scene.Clock);

    /// <summary>The history that the shard has saved.</summary>
    private sealed class SavedHistory(OneShardStore store) : IStateReader
    {
        /// <summary>The sequences that were asked for.</summary>
        public List<long> Read { get; } = [];

        public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
            string application, IReadOnlyList<StateKey> keys, CancellationToken cancel) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<HistoryBlock>> ReadHistoryAsync(ShardId shard, long sequence, CancellationToken cancel)
        {
            Read.Add(sequence);
            return new([.. store.Commits.Select(commit => commit.History).OfType<HistoryBlock>().Where(block => block.First <= sequence && sequence <= block.Last)]);
        }
    }
}
