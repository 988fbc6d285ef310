using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Progress;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Publishing;
using Herald.Engine.Tests.Shards;
using Xunit;

namespace Herald.Engine.Tests.Catalogs;

/// <summary>Which topics are in memory, and when they are loaded and evicted.</summary>
public sealed class CatalogCacheTests : IDisposable
{
    private static readonly long[] Past = [5, 5];
    private readonly Publisher _publisher = new();
    private readonly ScriptedCatalogStore _store = new(2);
    private readonly List<CatalogUpdate> _updates = [];
    private CatalogCache _cache;

    // The edition that every shard has applied.
    private long _followed = long.MaxValue;
    private TimeSpan _keepFor;

    public CatalogCacheTests() => _cache = Open(1000);

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task A_topic_comes_with_all_its_subscriptions_when_it_is_held_and_is_asked_for_once()
    {
        var (first, second) = (await TopicAsync("first"), await TopicAsync("second"));
        await SubscribeAsync("a", first);
        await SubscribeAsync("b", first);
        await SubscribeAsync("c", second);
        _cache = Open(1000);
        await _cache.StartAsync(default);
        Assert.Equal((0, 5L), (_cache.Snapshot.Size, _cache.Snapshot.Version));

        using var holds = new TopicHolds();
        var edition = await _cache.HoldAsync([first], holds, default);
        Assert.Equal(["a", "b"], Ids());
        Assert.Equal(edition, _updates[^1].Snapshot.Edition);
        Assert.Equal([3, 4], _updates[^1].Changed.Order());
        Assert.Equal(2, _cache.Snapshot.RoutesOf(first).Subscriptions.Count());
        Assert.False(_cache.Snapshot.Topics.ContainsKey(second));

        using var again = new TopicHolds();
        Assert.Equal(edition, await _cache.HoldAsync([first], again, default));
        Assert.Equal([first], Assert.Single(_store.Queries.OfType<CatalogQuery.ByParent>(), query => query.Kind == CatalogCodec.SubscriptionKind).Parents);
    }

    [Fact]
    public async Task What_is_in_memory_follows_every_change_and_what_is_not_stays_out()
    {
        var (first, second) = (await TopicAsync("first"), await TopicAsync("second"));
        using var holds = new TopicHolds();
        await _cache.HoldAsync([first], holds, default);
        await SubscribeAsync("a", first);
        await SubscribeAsync("b", second);
        await RefreshAsync();
        Assert.Equal(["a"], Ids());
        Assert.Equal([3], _updates[^1].Changed);

        await RemoveAsync("a", first);
        await RefreshAsync();
        Assert.Empty(Ids());
        Assert.Equal([3], _updates[^1].Changed);
    }

    [Fact]
    public async Task A_subscription_that_begins_in_the_past_brings_its_topic()
    {
        var topic = await TopicAsync("t");
        await SubscribeAsync("there", topic);
        await _cache.StartAsync(default);
        Past.CopyTo(_store.Heads, 0);
        await SubscribeAsync("past", topic, starts: [5, 3]);
        await RefreshAsync();
        Assert.Equal(["past", "there"], Ids());
        Assert.Contains(3, _updates[^1].Changed);
    }

    [Fact]
    public async Task A_topic_that_is_loaded_with_a_newer_record_brings_every_change_up_to_it()
    {
        var (first, second) = (await TopicAsync("first"), await TopicAsync("second"));
        using var holds = new TopicHolds();
        await _cache.HoldAsync([first], holds, default);
        await SubscribeAsync("a", first);
        await SubscribeAsync("b", second);
        Assert.Empty(Ids());
        await _cache.HoldAsync([second], holds, default);
        Assert.Equal(["a", "b"], Ids());
        Assert.Equal(4, _cache.Snapshot.Version);
    }

    [Fact]
    public async Task A_subscription_made_anew_in_another_topic_leaves_the_old_one()
    {
        var (first, second) = (await TopicAsync("first"), await TopicAsync("second"));
        await SubscribeAsync("s", first);
        using var holds = new TopicHolds();
        await _cache.HoldAsync([first], holds, default);
        await RemoveAsync("s", first);
        await SubscribeAsync("s", second);
        await RefreshAsync();
        Assert.Empty(Ids());
        Assert.Empty(_cache.Snapshot.RoutesOf(first).Subscriptions);
        Assert.Equal([3], _updates[^1].Changed);
        await _cache.HoldAsync([second], holds, default);
        Assert.Equal([5], _cache.Snapshot.ByNumber.Keys);
    }

    [Fact]
    public async Task Past_the_bound_go_those_that_nobody_holds_and_come_back_when_they_are_needed()
    {
        _cache = Open(8);
        var topics = new int[20];
        for (var i = 0; i < topics.Length; i++)
        {
            topics[i] = await TopicAsync($"t{i:00}");
            await SubscribeAsync($"s{i:00}", topics[i]);
        }
        using var kept = new TopicHolds();
        await _cache.HoldAsync([topics[0]], kept, default);
        foreach (var topic in topics[1..])
        {
            using var holds = new TopicHolds();
            await _cache.HoldAsync([topic], holds, default);
            Assert.Contains(topic, _cache.Snapshot.Topics.Keys);
            Assert.InRange(_cache.Snapshot.Size, 2, 8);
        }
        Assert.Contains(topics[0], _cache.Snapshot.Topics.Keys);
        Assert.DoesNotContain(topics[1], _cache.Snapshot.Topics.Keys);
        // The update reports the evicted subscription as changed, so that its limits and state elsewhere are dropped.
        Assert.Contains(_updates, update => update.Changed.Contains(topics[1] + 1) && !update.Snapshot.ByNumber.ContainsKey(topics[1] + 1));

        using var back = new TopicHolds();
        await _cache.HoldAsync([topics[1]], back, default);
        Assert.Contains("s01", Ids());
    }

    [Fact]
    public async Task Up_to_the_bound_nothing_goes_and_past_it_an_eighth()
    {
        _cache = Open(8);
        for (var i = 1; i <= 9; i++)
        {
            using var holds = new TopicHolds();
            await _cache.HoldAsync([await TopicAsync($"t{i}")], holds, default);
            Assert.Equal(i <= 8 ? i : 7, _cache.Snapshot.Size);
        }
    }

    [Fact]
    public async Task What_was_used_lately_stays_whatever_the_bound_and_goes_later()
    {
        _keepFor = TimeSpan.FromSeconds(10);
        _cache = Open(2);
        var topics = new List<int>();
        for (var i = 0; i < 10; i++)
        {
            topics.Add(await TopicAsync($"t{i}"));
            using var holds = new TopicHolds();
            await _cache.HoldAsync([topics[^1]], holds, default);
        }
        Assert.Equal(topics, _cache.Snapshot.Topics.Keys.Order());
        _publisher.Clock.Advance(TimeSpan.FromSeconds(11));
        // The first check finds the topics in use, because they were used since the last one. The next check does not.
        for (var i = 0; i < 2; i++)
        {
            topics.Add(await TopicAsync($"u{i}"));
            using var holds = new TopicHolds();
            await _cache.HoldAsync([topics[^1], topics[5]], holds, default);
            _publisher.Clock.Advance(TimeSpan.FromSeconds(11));
        }
        topics.Add(await TopicAsync("last"));
        using var more = new TopicHolds();
        await _cache.HoldAsync([topics[^1]], more, default);
        Assert.InRange(_cache.Snapshot.Size, 1, 3);
    }

    [Fact]
    public async Task What_a_shard_has_not_heard_of_stays_whatever_the_bound()
    {
        _cache = Open(2);
        _followed = 0;
        var topics = new List<int>();
        for (var i = 0; i < 10; i++)
        {
            topics.Add(await TopicAsync($"t{i}"));
            using var holds = new TopicHolds();
            await _cache.HoldAsync([topics[^1]], holds, default);
        }
        Assert.Equal(topics, _cache.Snapshot.Topics.Keys.Order());
        _followed = long.MaxValue;
        topics.Add(await TopicAsync("last"));
        using var more = new TopicHolds();
        await _cache.HoldAsync([topics[^1]], more, default);
        Assert.InRange(_cache.Snapshot.Size, 1, 2);
    }

    [Fact]
    public async Task A_shard_is_taken_over_with_what_it_saved_what_has_begun_since_and_a_catalog_as_new_as_its_progress()
    {
        Past.CopyTo(_store.Heads, 0);
        var (saved, begun, begunElsewhere, idle) = (await TopicAsync("saved"), await TopicAsync("begun"), await TopicAsync("elsewhere"), await TopicAsync("idle"));
        await SubscribeAsync("saved", saved);
        await SubscribeAsync("idle", idle);
        var known = _store.Version;
        await SubscribeAsync("begun", begun, starts: [3, 5]);
        await SubscribeAsync("begun-elsewhere", begunElsewhere, starts: [5, 3]);
        await _cache.StartAsync(default);
        await TopicAsync("newer");

        using var holds = new TopicHolds();
        var catalog = await _cache.HoldForAsync(new ShardId(0), Progress(routed: 5, known, subscription: 5), holds, default);
        Assert.Equal([saved, begun], catalog.Topics.Keys.Order());
        Assert.True(holds.Has(saved) && holds.Has(begun));

        using var more = new TopicHolds();
        var newer = await _cache.HoldForAsync(new ShardId(1), Progress(routed: 5, _store.Version, subscription: 6), more, default);
        Assert.Equal(_store.Version, newer.Version);
        Assert.Equal([saved, begun, idle], newer.Topics.Keys.Order());
    }

    [Fact]
    public async Task A_known_topic_is_found_by_name_without_a_question_and_changes_are_followed()
    {
        var number = await TopicAsync("t");
        for (var i = 0; i < 1000; i++)
            Assert.Equal(number, (await _cache.Topics.FindAsync("t", default))!.Number);
        Assert.Single(_store.Queries);

        await _store.ChangeAsync([new CatalogWrite(CatalogCodec.TopicKind, "t", 0, null, null)], default);
        await RefreshAsync();
        Assert.Null(await _cache.Topics.FindAsync("t", default));
        Assert.NotEqual(number, await TopicAsync("t"));
        Assert.NotNull(await _cache.Topics.FindAsync("t", default));
    }

    [Fact]
    public async Task A_topic_made_on_another_node_is_found_before_its_hint_comes()
    {
        Assert.Null(await _cache.Topics.FindAsync("t", default));
        await TopicAsync("t");
        Assert.NotNull(await _cache.Topics.FindAsync("t", default));
        Assert.Equal(0, _cache.Snapshot.Version);
    }

    [Fact]
    public async Task Names_that_no_topic_can_have_are_not_asked_for()
    {
        foreach (var name in (string[])["", "a b", "\0", new('x', 256)])
            Assert.Null(await _cache.Topics.FindAsync(name, default));
        Assert.Empty(_store.Queries);
    }

    [Fact]
    public async Task Names_are_bounded_and_those_asked_for_stay()
    {
        _cache = Open(8);
        await TopicAsync("often");
        for (var i = 0; i < 100; i++)
        {
            await TopicAsync($"t{i}");
            await _cache.Topics.FindAsync("often", default);
            await _cache.Topics.FindAsync($"t{i}", default);
        }
        var before = _store.Queries.Count;
        await _cache.Topics.FindAsync("often", default);
        Assert.Equal(before, _store.Queries.Count);
        var known = Enumerable.Range(0, 100).Count(i => _cache.Topics.Find($"t{i}") is not null);
        Assert.InRange(known, 1, 8);
    }

    [Fact]
    public async Task A_secret_comes_with_its_topic_and_follows_its_subscription()
    {
        var topic = await TopicAsync("t");
        await WriteAsync("s", topic, new Secrets(new byte[24], default, null));
        using var holds = new TopicHolds();
        await _cache.HoldAsync([topic], holds, default);
        Assert.Equal(24, Entry.Secrets.Current.Length);

        await WriteAsync("s", topic, secrets: null);
        await RefreshAsync();
        Assert.Equal(24, Entry.Secrets.Current.Length); // only the subscription has changed

        await WriteAsync("s", topic, new Secrets(new byte[32], new byte[24], DateTimeOffset.UnixEpoch));
        await RefreshAsync();
        Assert.Equal((32, 24), (Entry.Secrets.Current.Length, Entry.Secrets.Previous.Length));
        Assert.False(Entry.LacksSecret);
    }

    [Fact]
    public async Task A_subscription_made_again_does_not_get_the_secret_of_the_one_before()
    {
        var topic = await TopicAsync("t");
        await WriteAsync("s", topic, new Secrets(new byte[24], default, null));
        using var holds = new TopicHolds();
        await _cache.HoldAsync([topic], holds, default);
        await _store.ChangeAsync(
            [new CatalogWrite(CatalogCodec.SubscriptionKind, "s", topic, null, null), CatalogCodec.Encode("s", topic, Secrets.None)], default);
        await SubscribeAsync("s", topic);
        await RefreshAsync();
        Assert.True(Entry.Secrets.AreNone);
        Assert.False(Entry.LacksSecret);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_secret_that_cannot_be_read_is_told_and_its_subscription_lacks_it_until_there_is_another(bool isDamaged)
    {
        var told = new List<CatalogRecord>();
        _cache.Dispose();
        _cache = new CatalogCache(_store, _publisher.Intake.Encoder, 1000, _keepFor, _publisher.Clock, () => _followed) { Damaged = told.Add };
        var topic = await TopicAsync("t");
        await WriteAsync("s", topic, new Secrets(new byte[24], default, null));
        var body = isDamaged ? "{\"curr"u8.ToArray() : (ReadOnlyMemory<byte>?)null;
        await _store.ChangeAsync([new CatalogWrite(CatalogCodec.SecretKind, "s", topic, null, body)], default);
        await _cache.StartAsync(default);
        using var holds = new TopicHolds();
        await _cache.HoldAsync([topic], holds, default);
        Assert.True(Entry.LacksSecret);
        Assert.Equal((CatalogCodec.SecretKind, "s"), (Assert.Single(told).Kind, told[0].Id));

        await WriteAsync("s", topic, new Secrets(new byte[32], default, null));
        await RefreshAsync();
        Assert.False(Entry.LacksSecret);
    }

    private SubscriptionEntry Entry => _cache.Snapshot.ByNumber.Values.Single();

    private CatalogCache Open(int capacity)
    {
        _cache?.Dispose();
        _updates.Clear();
        var cache = new CatalogCache(_store, _publisher.Intake.Encoder, capacity, _keepFor, _publisher.Clock, () => _followed);
        cache.Follow(_updates.Add);
        return cache;
    }

    private IEnumerable<string> Ids() => _cache.Snapshot.ByNumber.Values.Select(entry => entry.Subscription.Id).Order(StringComparer.Ordinal);

    private async Task<int> TopicAsync(string name)
    {
        var body = CatalogCodec.Encode(new CatalogCodec.StoredTopic(_publisher.Clock.GetUtcNow()));
        return (int)(await _store.ChangeAsync([new CatalogWrite(CatalogCodec.TopicKind, name, 0, 0, body)], default)).Version;
    }

    private async Task SubscribeAsync(string id, int topic, long[]? starts = null)
    {
        var stored = CatalogCodec.ToStored(SubscriptionEntries.Plain(1)) with
        {
            Starts = starts,
            GenerationVersion = null,
            RewoundAt = null,
            Revisions = [new(1, [], null)],
        };
        await _store.ChangeAsync([new CatalogWrite(CatalogCodec.SubscriptionKind, id, topic, 0, CatalogCodec.Encode(stored))], default);
    }

    /// <summary>Writes a subscription that refers to a secret, together with the secret if there is one.</summary>
    private async Task WriteAsync(string id, int topic, Secrets? secrets)
    {
        var stored = CatalogCodec.ToStored(SubscriptionEntries.Plain(1)) with { Secret = id, Starts = [0, 0], RewoundAt = null, Revisions = [new(1, [], null)] };
        var write = new CatalogWrite(CatalogCodec.SubscriptionKind, id, topic, null, CatalogCodec.Encode(stored));
        await _store.ChangeAsync(secrets is null ? [write] : [write, CatalogCodec.Encode(id, topic, secrets)], default);
    }

    private async Task RemoveAsync(string id, int topic) =>
        await _store.ChangeAsync([new CatalogWrite(CatalogCodec.SubscriptionKind, id, topic, null, null)], default);

    /// <summary>Progress in which one subscription is behind.</summary>
    private static SavedProgress Progress(long routed, long catalog, int subscription)
    {
        var (record, writer) = (new RecordWriter(), new ProgressWriter());
        writer.State.Number(1);
        writer.State.Byte(0);
        writer.State.Number(2);
        for (var i = 0; i < 3; i++)
            writer.State.Number(0);
        writer.EndState(subscription);
        writer.WriteTo(record, new ProgressHead(ProgressKind.Checkpoint, 1, routed, catalog, 0, [], []), new SettledKeys());
        return SavedProgress.Of([record.Take()]);
    }

    private async Task RefreshAsync() => await _cache.RefreshAsync(_store.Version);
}
