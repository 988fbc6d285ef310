using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Publishing;
using Xunit;

namespace Herald.Engine.Tests.Catalogs;

/// <summary>Every change of the catalog. The file has over 400 lines because all tests share one small catalog and its shortcuts.</summary>
public sealed class CatalogTests : IAsyncLifetime
{
    private const int Shards = 4;
    private static readonly SubscriptionDraft Draft = new() { Id = "s", Topic = "orders", Endpoint = "https://example.com/" };
    private readonly Publisher _publisher = new();
    private readonly ScriptedCatalogStore _store = new(Shards);
    private readonly Catalog _catalog;
    private readonly CatalogCache _cache;
    private readonly TopicHolds _holds = new();
    private readonly List<CatalogUpdate> _updates = [];

    // The answer that the catalog gets when it asks whether all shards have passed a filter revision.
    private bool _passed;

    public CatalogTests()
    {
        _cache = new CatalogCache(_store, _publisher.Intake.Encoder, 1000, TimeSpan.Zero, _publisher.Clock, () => long.MaxValue);
        _cache.Follow(_updates.Add);
        _catalog = new Catalog(_store, _publisher.Log, _cache, PlainChannel.Set, _publisher.Clock, (_, _) => new(_passed));
    }

    private SubscriptionEntry Entry => _cache.Snapshot.ByNumber.Values.Single(entry => entry.Subscription.Id == "s");

    // Holds the topic, so that its subscriptions are in memory, as on a node that routes its events.
    public async ValueTask InitializeAsync()
    {
        var made = await _catalog.PutTopicAsync("orders", default);
        Assert.Equal(CatalogOutcome.Created, made.Outcome);
        await _cache.HoldAsync([made.Value!.Number], _holds, default);
    }

    public ValueTask DisposeAsync()
    {
        _holds.Dispose();
        _cache.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_change_of_the_status_and_a_replay_are_kept_with_their_time_and_the_caller()
    {
        await PutAsync(Draft);
        Assert.Equal((null, null), (Entry.Subscription.StatusSince, Entry.Subscription.StatusBy));
        var pausedAt = _publisher.Clock.GetUtcNow();
        await _catalog.By("ops").PauseAsync("s", default);
        _publisher.Clock.Advance(TimeSpan.FromMinutes(1));
        await _catalog.By("another").PauseAsync("s", default);
        Assert.Equal((pausedAt, "ops"), (Entry.Subscription.StatusSince, Entry.Subscription.StatusBy));

        var (resumed, replayedAt) = ((await _catalog.By("dev").ResumeAsync("s", default)).Value!, _publisher.Clock.GetUtcNow());
        await _catalog.By("ops").ReplayAsync("s", new StartFrom.Earliest(), default);
        await _catalog.DisableAsync("s", resumed.EndpointRevision, "gone", default);
        var now = Entry.Subscription;
        Assert.Equal((replayedAt, "dev"), (resumed.StatusSince, resumed.StatusBy));
        Assert.Equal((replayedAt, "ops"), (now.ReplayedAt, now.ReplayedBy));
        Assert.Equal((SubscriptionStatus.Disabled, replayedAt, null), (now.Status, now.StatusSince, now.StatusBy));
    }

    [Fact]
    public async Task From_now_begins_above_the_heads_of_the_very_change()
    {
        SetHeads(5, 0, 7, 9);
        await PutAsync(Draft, new StartFrom.Now());
        Assert.Equal([5L, 0, 7, 9], Entry.Starts);
        SetHeads(100, 100, 100, 100);
        await PutAsync(Draft with { Description = "changed later" });
        Assert.Equal([5L, 0, 7, 9], Entry.Starts);
    }

    [Fact]
    public async Task From_the_earliest_begins_with_what_is_still_kept()
    {
        _publisher.Log.Bounds[1] = new LogBounds(40, 50);
        await PutAsync(Draft, new StartFrom.Earliest());
        Assert.Equal([0L, 39, 0, 0], Entry.Starts);
    }

    [Fact]
    public async Task From_a_time_begins_with_the_first_event_since()
    {
        var time = DateTimeOffset.UnixEpoch.AddDays(1);
        _publisher.Log.ByTime = (shard, at) => at == time ? 10 * (shard.Value + 1) : 0;
        await PutAsync(Draft, new StartFrom.Time(time));
        Assert.Equal([9L, 19, 29, 39], Entry.Starts);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(8, 7)]
    [InlineData(0, 0)]
    [InlineData(-5, 0)]
    // What is accepted later may not be left out.
    [InlineData(22, 20)]
    [InlineData(long.MaxValue, 20)]
    public async Task From_a_sequence_begins_with_it_in_every_shard(long sequence, long start)
    {
        SetLogs(20);
        await PutAsync(Draft, new StartFrom.Sequence(sequence));
        Assert.Equal([start, start, start, start], Entry.Starts);
    }

    [Fact]
    public async Task A_change_may_pause_or_resume_and_otherwise_leaves_that_as_it_is()
    {
        await PutAsync(Draft);
        await PutAsync(Draft with { Status = SubscriptionStatus.Paused });
        Assert.Equal(SubscriptionStatus.Paused, Entry.Subscription.Status);
        await PutAsync(Draft with { Endpoint = "https://example.com/moved" });
        Assert.Equal(SubscriptionStatus.Paused, Entry.Subscription.Status);
        await PutAsync(Draft with { Status = SubscriptionStatus.Active });
        Assert.Equal((SubscriptionStatus.Active, null), (Entry.Subscription.Status, Entry.Subscription.StatusReason));
    }

    [Fact]
    public async Task A_held_topic_shows_its_subscriptions_also_those_of_another_node_once_caught_up()
    {
        var topic = (await _catalog.FindTopicAsync("orders", default))!;
        using var otherCache = new CatalogCache(_store, _publisher.Intake.Encoder, 1000, TimeSpan.Zero, _publisher.Clock, () => long.MaxValue);
        await otherCache.StartAsync(default);
        var other = new Catalog(_store, _publisher.Log, otherCache, PlainChannel.Set, _publisher.Clock, (_, _) => new(_passed));
        using var held = await other.HoldAsync(topic, default);
        await PutAsync(Draft);
        await PutAsync(Draft with { Id = "t" });
        Assert.Empty(held.Subscriptions);
        await other.CatchUpAsync(default);
        Assert.Equal(["s", "t"], held.Subscriptions.Select(s => s.Id).Order(StringComparer.Ordinal));
        Assert.Equal(Entry.Subscription.Version, held.Find("s")?.Version);
        Assert.Null(held.Find("u"));
        Assert.Equal(_cache.Snapshot.Version, held.Version);
    }

    [Fact]
    public void What_is_wrong_with_a_draft_is_told_without_a_change()
    {
        Assert.Empty(_catalog.Check(Draft));
        Assert.Equal("/endpoint", Assert.Single(_catalog.Check(Draft with { Endpoint = "nonsense" })).Pointer);
    }

    [Fact]
    public async Task A_replay_is_a_new_generation_that_ends_at_the_heads()
    {
        await PutAsync(Draft);
        var before = Entry;
        SetHeads(5, 6, 7, 8);
        SetLogs(5);
        Assert.Equal(CatalogOutcome.Updated, (await _catalog.ReplayAsync("s", new StartFrom.Sequence(3), default)).Outcome);
        Assert.Equal((2, before.Subscription.Number), (Entry.Subscription.Generation, Entry.Subscription.Number));
        Assert.Equal([2L, 2, 2, 2], Entry.Starts);
        Assert.Equal([5L, 6, 7, 8], Entry.RewoundAt);
        Assert.Equal(_cache.Snapshot.Version, Entry.GenerationVersion);
    }

    [Fact]
    public async Task A_changed_filter_is_in_force_above_the_heads_and_the_old_one_is_kept_until_it_is_passed()
    {
        await PutAsync(Draft);
        SetHeads(5, 6, 7, 8);
        await PutAsync(Draft with { Filter = Type("a") });
        Assert.Equal([1, 2], Entry.Revisions.Select(r => r.Number));
        Assert.Equal([5L, 6, 7, 8], Entry.Revisions[1].After);
        await PutAsync(Draft with { Filter = Type("b") });
        Assert.Equal([1, 2, 3], Entry.Revisions.Select(r => r.Number));
        _passed = true;
        await PutAsync(Draft with { Filter = Type("c") });
        Assert.Equal([3, 4], Entry.Revisions.Select(r => r.Number));
        Assert.Equal(Type("c"), Entry.Subscription.Filter);
    }

    [Fact]
    public async Task Filter_changes_that_nobody_has_passed_are_bounded()
    {
        await PutAsync(Draft);
        for (var i = 1; i < 64; i++)
            Assert.Equal(CatalogOutcome.Updated, (await PutAsync(Draft with { Filter = Type($"{i}") })).Outcome);
        Assert.Equal(CatalogOutcome.InUse, (await PutAsync(Draft with { Filter = Type("one more") })).Outcome);
        Assert.Equal(64, Entry.Revisions.Count);
        Assert.Equal(CatalogOutcome.Updated, (await PutAsync(Draft with { Filter = Type("63"), Description = "other changes go on" })).Outcome);
    }

    [Fact]
    public async Task Putting_the_same_again_changes_nothing()
    {
        var made = await PutAsync(Draft);
        Assert.Equal(CatalogOutcome.Created, made.Outcome);
        Assert.Equal(32, made.Secrets.Current.Length);
        var again = await PutAsync(Draft);
        Assert.Equal((CatalogOutcome.Unchanged, made.Value!.Version), (again.Outcome, again.Value!.Version));
    }

    [Fact]
    public async Task A_version_that_is_not_the_present_one_is_refused()
    {
        Assert.Equal(CatalogOutcome.VersionMismatch, (await PutAsync(Draft, version: 5)).Outcome);
        Assert.Equal(CatalogOutcome.Created, (await PutAsync(Draft, version: 0)).Outcome);
        var version = Entry.Subscription.Version;
        Assert.Equal(CatalogOutcome.VersionMismatch, (await PutAsync(Draft with { Description = "x" }, version: 0)).Outcome);
        Assert.Equal(CatalogOutcome.Updated, (await PutAsync(Draft with { Description = "x" }, version: version)).Outcome);
        Assert.Equal(CatalogOutcome.VersionMismatch, (await _catalog.DeleteSubscriptionAsync("s", version, default)).Outcome);
        Assert.Equal(CatalogOutcome.Deleted, (await _catalog.DeleteSubscriptionAsync("s", Entry.Subscription.Version, default)).Outcome);
    }

    [Fact]
    public async Task An_edit_that_somebody_else_overtakes_is_made_on_top_of_theirs()
    {
        await PutAsync(Draft);
        _store.Before = async () => await PutAsync(Draft with { Description = "theirs" });
        await _catalog.PauseAsync("s", default);
        Assert.Equal((SubscriptionStatus.Paused, "theirs"), (Entry.Subscription.Status, Entry.Subscription.Description));
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_disables_unless_it_was_changed_and_a_new_one_enables()
    {
        await PutAsync(Draft);
        Assert.Equal(CatalogOutcome.Unchanged, (await _catalog.DisableAsync("s", 2, "410", default)).Outcome);
        await _catalog.DisableAsync("s", 1, "410", default);
        Assert.Equal((SubscriptionStatus.Disabled, "410"), (Entry.Subscription.Status, Entry.Subscription.StatusReason));
        await PutAsync(Draft with { Endpoint = "https://example.com/new" });
        Assert.Equal((SubscriptionStatus.Active, null, 2), (Entry.Subscription.Status, Entry.Subscription.StatusReason, Entry.Subscription.EndpointRevision));
        await _catalog.PauseAsync("s", default);
        await PutAsync(Draft with { Endpoint = "https://example.com/newer" });
        Assert.Equal(SubscriptionStatus.Paused, Entry.Subscription.Status);
    }

    [Fact]
    public async Task During_a_rotation_both_secrets_are_kept()
    {
        await PutAsync(Draft with { Secret = new byte[24] });
        await _catalog.RotateSecretAsync("s", new byte[32], TimeSpan.FromHours(1), false, default);
        var secrets = Entry.Secrets;
        Assert.Equal((32, 24, _publisher.Clock.GetUtcNow().AddHours(1)), (secrets.Current.Length, secrets.Previous.Length, secrets.PreviousUntil));
        Assert.Equal(CatalogOutcome.Refused, (await _catalog.RotateSecretAsync("s", new byte[23], TimeSpan.Zero, false, default)).Outcome);
        Assert.Equal(CatalogOutcome.Refused, (await _catalog.RotateSecretAsync("s", null, TimeSpan.FromDays(31), false, default)).Outcome);
    }

    [Fact]
    public async Task A_secret_is_a_record_of_its_own_that_lives_as_long_as_its_subscription()
    {
        var made = await PutAsync(Draft);
        Assert.Equal(new SecretReference("s"), made.Value!.Endpoint.Secret);
        var secret = Convert.ToBase64String(made.Secrets.Current.Span);
        Assert.Contains(secret, Body(CatalogCodec.SecretKind), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, Body(CatalogCodec.SubscriptionKind), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, $"{made} {made.Value}", StringComparison.Ordinal);
        Assert.Equal(made.Secrets.Current, (await _catalog.FindSecretsAsync("s", default))!.Current);
        Assert.Equal(made.Secrets.Current, (await PutAsync(Draft with { Description = "other" })).Secrets.Current);
        await _catalog.DeleteSubscriptionAsync("s", null, default);
        Assert.DoesNotContain(_store.Records, record => record.Kind == CatalogCodec.SecretKind);
        Assert.Null(await _catalog.FindSecretsAsync("s", default));
    }

    [Fact]
    public async Task The_secrets_of_a_topic_that_is_deleted_by_force_go_with_it()
    {
        await PutAsync(Draft);
        await PutAsync(Draft with { Id = "t" });
        await _catalog.DeleteTopicAsync("orders", true, default);
        Assert.DoesNotContain(_store.Records, record => record.Kind == CatalogCodec.SecretKind);
    }

    [Fact]
    public async Task A_secret_that_cannot_be_read_stays_missing_when_something_else_changes_and_a_new_one_is_told()
    {
        await PutAsync(Draft);
        var topic = Entry.Subscription.TopicNumber;
        await _store.ChangeAsync([new CatalogWrite(CatalogCodec.SecretKind, "s", topic, null, "{"u8.ToArray())], default);
        var kept = await PutAsync(Draft with { Description = "other", KeepsSecret = true });
        Assert.Equal((CatalogOutcome.Updated, true, false), (kept.Outcome, kept.Secrets.AreNone, kept.HasNewSecret));
        Assert.Equal(new SecretReference("s"), kept.Value!.Endpoint.Secret);

        var made = await PutAsync(Draft);
        Assert.Equal((32, true), (made.Secrets.Current.Length, made.HasNewSecret));
        var next = await PutAsync(Draft with { Description = "other", KeepsSecret = true });
        Assert.Equal(made.Secrets.Current.ToArray(), next.Secrets.Current.ToArray());
        Assert.False(next.HasNewSecret);
    }

    /// <summary>Only a damaged or forged record can have such a reference: a name has no '@' and no '/'.</summary>
    [Fact]
    public async Task A_reference_never_leads_to_a_secret_of_another_tenant()
    {
        var acmes = _catalog.Of(TenantId.Parse("acme"));
        await acmes.PutTopicAsync("orders", default);
        Assert.Equal(CatalogOutcome.Created, (await acmes.PutSubscriptionAsync(Draft, new StartFrom.Now(), null, default)).Outcome);
        await PutAsync(Draft);
        var topic = Entry.Subscription.TopicNumber;
        var body = CatalogCodec.Encode(CatalogCodec.ToStored(Entry) with { Secret = "@acme/s" });
        await _store.ChangeAsync([new CatalogWrite(CatalogCodec.SubscriptionKind, "s", topic, null, body)], default);

        Assert.True((await _catalog.FindSecretsAsync("s", default))!.AreNone);
        using var cache = new CatalogCache(_store, _publisher.Intake.Encoder, 1000, TimeSpan.Zero, _publisher.Clock, () => long.MaxValue);
        using var holds = new TopicHolds();
        await cache.StartAsync(default);
        await cache.HoldAsync([topic], holds, default);
        Assert.True(Assert.Single(cache.Snapshot.ByNumber.Values).LacksSecret);
        await _catalog.DeleteSubscriptionAsync("s", null, default);
        Assert.False((await acmes.FindSecretsAsync("s", default))!.AreNone);
    }

    [Fact]
    public async Task Only_endpoints_whose_channel_has_secrets_get_one()
    {
        var bare = await PutAsync(Draft with { Endpoint = "bare://a" });
        Assert.Equal((null, true), (bare.Value!.Endpoint.Secret, bare.Secrets.AreNone));
        Assert.Equal(CatalogOutcome.NoSecret, (await _catalog.RotateSecretAsync("s", null, TimeSpan.Zero, false, default)).Outcome);
        Assert.True((await _catalog.FindSecretsAsync("s", default))!.AreNone);

        var moved = await PutAsync(Draft);
        Assert.Equal((new SecretReference("s"), 32), (moved.Value!.Endpoint.Secret, moved.Secrets.Current.Length));
        Assert.Equal(moved.Secrets.Current, Entry.Secrets.Current);
        var back = await PutAsync(Draft with { Endpoint = "bare://a" });
        Assert.Null(back.Value!.Endpoint.Secret);
        Assert.DoesNotContain(_store.Records, record => record.Kind == CatalogCodec.SecretKind);
        Assert.True(Entry.Secrets.AreNone);
    }

    [Fact]
    public async Task A_secret_can_be_renewed_so_that_the_one_before_is_worth_nothing()
    {
        var first = await PutAsync(Draft);
        var next = await PutAsync(Draft with { RenewsSecret = true });
        Assert.Equal(CatalogOutcome.Updated, next.Outcome);
        Assert.NotEqual(first.Secrets.Current.ToArray(), next.Secrets.Current.ToArray());
        Assert.True(next.Secrets.Previous.IsEmpty);
    }

    [Fact]
    public async Task A_secret_that_still_signs_is_not_replaced_by_a_further_rotation()
    {
        await PutAsync(Draft with { Secret = new byte[24] });
        await _catalog.RotateSecretAsync("s", new byte[32], TimeSpan.FromHours(1), false, default);
        var refused = await _catalog.RotateSecretAsync("s", new byte[40], TimeSpan.FromHours(1), false, default);
        Assert.Equal((CatalogOutcome.OverlapRuns, 32, 24), (refused.Outcome, Entry.Secrets.Current.Length, Entry.Secrets.Previous.Length));

        _publisher.Clock.Advance(TimeSpan.FromHours(1));
        Assert.True((await _catalog.RotateSecretAsync("s", new byte[40], TimeSpan.FromHours(1), false, default)).Done);
        Assert.True((await _catalog.RotateSecretAsync("s", new byte[48], TimeSpan.FromHours(1), endOverlap: true, default)).Done);
        Assert.Equal((48, 40), (Entry.Secrets.Current.Length, Entry.Secrets.Previous.Length));
        Assert.True((await _catalog.RotateSecretAsync("s", new byte[56], TimeSpan.Zero, false, default)).Done);
    }

    [Fact]
    public async Task A_secret_that_cannot_be_read_is_replaced_by_a_rotation_and_the_subscription_goes_on_where_it_was()
    {
        await PutAsync(Draft);
        var topic = Entry.Subscription.TopicNumber;
        await _store.ChangeAsync([new CatalogWrite(CatalogCodec.SecretKind, "s", topic, null, "{"u8.ToArray())], default);
        var rotated = await _catalog.RotateSecretAsync("s", null, TimeSpan.FromHours(1), false, default);
        Assert.Equal((32, true, null), (rotated.Secrets.Current.Length, rotated.Secrets.Previous.IsEmpty, rotated.Secrets.PreviousUntil));
        Assert.Equal(rotated.Secrets.Current, Entry.Secrets.Current);
        Assert.Equal(1, Entry.Subscription.Generation);
    }

    [Fact]
    public async Task Other_settings_are_another_endpoint()
    {
        await PutAsync(Draft);
        var changed = await PutAsync(Draft with { Settings = TextMap.Of([new("subject", "hello")]) });
        Assert.Equal((2, "hello"), (changed.Value!.EndpointRevision, changed.Value.Endpoint.Settings.Find("subject")));
        Assert.Equal(CatalogOutcome.Unchanged, (await PutAsync(Draft with { Settings = TextMap.Of([new("subject", "hello")]) })).Outcome);
    }

    [Fact]
    public async Task Labels_are_kept_and_change_nothing_else()
    {
        var labels = TextMap.Of([new("team", "billing")]);
        var made = await PutAsync(Draft with { Labels = labels });
        Assert.Equal(labels, made.Value!.Labels);
        var changed = await PutAsync(Draft with { Labels = labels.With("tier", "1") });
        Assert.Equal((CatalogOutcome.Updated, 1, "1"), (changed.Outcome, changed.Value!.EndpointRevision, changed.Value.Labels.Find("tier")));
        Assert.Equal(CatalogOutcome.Unchanged, (await PutAsync(Draft with { Labels = labels.With("tier", "1") })).Outcome);
    }

    [Fact]
    public async Task The_labels_of_a_topic_are_kept_until_others_are_given()
    {
        var labels = TextMap.Of([new("team", "billing")]);
        var number = (await _catalog.FindTopicAsync("orders", default))!.Number;
        var changed = await _catalog.PutTopicAsync("orders", labels, null, default);
        Assert.Equal((CatalogOutcome.Updated, number, labels), (changed.Outcome, changed.Value!.Number, changed.Value.Labels));
        Assert.Equal(labels, _catalog.FindKnownTopic("orders")!.Labels);
        Assert.Equal(CatalogOutcome.Unchanged, (await _catalog.PutTopicAsync("orders", default)).Outcome);
        Assert.Equal(CatalogOutcome.VersionMismatch, (await _catalog.PutTopicAsync("orders", TextMap.Empty, 1, default)).Outcome);
        Assert.Equal("/labels", Assert.Single((await _catalog.PutTopicAsync("orders", TextMap.Of([new("A", "")]), null, default)).Problems).Pointer);
        Assert.Equal(TextMap.Empty, (await _catalog.PutTopicAsync("orders", TextMap.Empty, changed.Value.Version, default)).Value!.Labels);
    }

    [Fact]
    public async Task Labels_given_while_another_node_changes_the_topic_come_on_top()
    {
        _store.Before = async () => await _catalog.PutTopicAsync("orders", TextMap.Of([new("theirs", "1")]), null, default);
        var changed = await _catalog.PutTopicAsync("orders", TextMap.Of([new("ours", "1")]), null, default);
        Assert.Equal(TextMap.Of([new("ours", "1")]), changed.Value!.Labels);
    }

    [Fact]
    public async Task Lists_are_filtered_by_labels()
    {
        foreach (var i in Enumerable.Range(0, 5))
            await PutAsync(Draft with { Id = $"s{i}", Labels = TextMap.Of([new("team", i % 2 == 0 ? "a" : "b"), new("n", $"{i}")]) });
        var team = TextMap.Of([new("team", "a")]);
        var first = await _catalog.SubscriptionsAsync(null, team, 2, null, default);
        Assert.Equal(["s0", "s2"], first.Items.Select(s => s.Id));
        var second = await _catalog.SubscriptionsAsync("orders", team, 2, first.NextCursor, default);
        Assert.Equal("s4", Assert.Single(second.Items).Id);
        Assert.Null(second.NextCursor);
        Assert.Equal("s2", Assert.Single((await _catalog.SubscriptionsAsync(null, team.With("n", "2"), 10, null, default)).Items).Id);
        Assert.Empty((await _catalog.SubscriptionsAsync(null, team.With("n", "1"), 10, null, default)).Items);

        await _catalog.PutTopicAsync("labelled", team, null, default);
        Assert.Equal("labelled", Assert.Single((await _catalog.TopicsAsync(team, 10, null, default)).Items).Name);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("acme")]
    public async Task A_page_by_labels_ends_after_ten_thousand_records_of_its_tenant_even_if_it_is_empty(string name)
    {
        var (tenant, other) = (TenantId.Parse(name), TenantId.Parse("other"));
        var (catalog, others) = (_catalog.Of(tenant), _catalog.Of(other));
        var body = CatalogCodec.Encode(new CatalogCodec.StoredTopic(DateTimeOffset.UnixEpoch));
        await _store.ChangeAsync([.. Enumerable.Range(0, 10_500).Select(i => new CatalogWrite(CatalogCodec.TopicKind, tenant.FullName($"a{i:00000}"), 0, 0, body))], default);
        foreach (var one in (Catalog[])[catalog, others])
            await one.PutTopicAsync("z", TextMap.Of([new("team", "a")]), null, default);
        var first = await catalog.TopicsAsync(TextMap.Of([new("team", "a")]), 10, null, default);
        Assert.Equal(("a09999", 0), (first.NextCursor, first.Items.Count));
        var theirs = await others.TopicsAsync(TextMap.Of([new("team", "a")]), 10, null, default);
        Assert.Equal(("z", null), (Assert.Single(theirs.Items).Name, theirs.NextCursor));
        var second = await catalog.TopicsAsync(TextMap.Of([new("team", "a")]), 10, first.NextCursor, default);
        Assert.Equal(("z", null), (Assert.Single(second.Items).Name, second.NextCursor));
    }

    private string Body(string kind) =>
        System.Text.Encoding.UTF8.GetString(_store.Records.Single(record => record.Kind == kind).Body!.Value.Span);

    [Fact]
    public async Task A_topic_in_use_goes_only_by_force_and_made_again_is_another()
    {
        await PutAsync(Draft);
        var (number, version) = ((await _catalog.FindTopicAsync("orders", default))!.Number, (await _catalog.FindTopicAsync("orders", default))!.Version);
        Assert.Equal(CatalogOutcome.VersionMismatch, (await _catalog.DeleteTopicAsync("orders", true, version + 1, default)).Outcome);
        Assert.Equal(CatalogOutcome.InUse, (await _catalog.DeleteTopicAsync("orders", false, default)).Outcome);
        Assert.Equal(CatalogOutcome.Deleted, (await _catalog.DeleteTopicAsync("orders", true, default)).Outcome);
        Assert.Null(await _catalog.FindSubscriptionAsync("s", default));
        Assert.Empty(_cache.Snapshot.RoutesOf(number).Subscriptions);
        await _catalog.PutTopicAsync("orders", default);
        Assert.NotEqual(number, (await _catalog.FindTopicAsync("orders", default))!.Number);
    }

    [Fact]
    public async Task A_topic_that_exists_is_found_and_nothing_is_written()
    {
        var version = _store.Version;
        var topic = await _catalog.EnsureTopicAsync("orders", default);
        Assert.Equal((await _catalog.FindTopicAsync("orders", default))!.Number, topic.Number);
        Assert.Equal(version, _store.Version);
    }

    [Fact]
    public async Task A_topic_that_is_missing_is_created()
    {
        var topic = await _catalog.EnsureTopicAsync("other", default);
        Assert.Equal(("other", topic.Number), (topic.Name, (await _catalog.FindTopicAsync("other", default))!.Number));
        Assert.Equal(topic.Number, (await _catalog.EnsureTopicAsync("other", default)).Number);
    }

    [Fact]
    public async Task A_topic_that_another_node_creates_first_is_that_one()
    {
        _store.Before = async () => await _catalog.PutTopicAsync("other", default);
        var topic = await _catalog.EnsureTopicAsync("other", default);
        Assert.Equal(topic.Number, (await _catalog.FindTopicAsync("other", default))?.Number);
        Assert.Equal(2, (await _catalog.TopicsAsync(10, null, default)).Items.Count);
    }

    [Fact]
    public async Task A_topic_that_is_deleted_while_it_is_created_is_unavailable()
    {
        // The catalog reads the changes between its write and its answer.
        _store.BeforeRead = async () =>
        {
            _store.BeforeRead = null;
            await _store.ChangeAsync([new CatalogWrite(CatalogCodec.TopicKind, "other", 0, null, null)], default);
        };
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _catalog.EnsureTopicAsync("other", default));
        Assert.Contains("'other'", failure.Message, StringComparison.Ordinal);
        Assert.Equal("other", (await _catalog.EnsureTopicAsync("other", default)).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no topic")]
    public async Task A_name_that_no_topic_can_have_is_refused_before_anything_is_written(string name)
    {
        var version = _store.Version;
        var refusal = await Assert.ThrowsAsync<ArgumentException>(async () => await _catalog.EnsureTopicAsync(name, default));
        Assert.StartsWith($"'{name}': A name has", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(version, _store.Version);
    }

    [Fact]
    public async Task A_subscription_made_again_has_another_number_and_followers_hear_of_both()
    {
        await PutAsync(Draft);
        var number = Entry.Subscription.Number;
        await _catalog.DeleteSubscriptionAsync("s", null, default);
        Assert.Equal([number], _updates[^1].Changed);
        await PutAsync(Draft);
        Assert.NotEqual(number, Entry.Subscription.Number);
        Assert.Equal([Entry.Subscription.Number], _updates[^1].Changed);
        Assert.Equal(_updates.Select(u => u.Snapshot.Version).Order(), _updates.Select(u => u.Snapshot.Version));
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gaps()
    {
        foreach (var id in new[] { "b", "C", "a", "d" })
            await PutAsync(Draft with { Id = id });
        var first = await _catalog.SubscriptionsAsync("orders", 3, null, default);
        Assert.Equal(["C", "a", "b"], first.Items.Select(s => s.Id));
        var second = await _catalog.SubscriptionsAsync("orders", 3, first.NextCursor, default);
        Assert.Equal("d", Assert.Single(second.Items).Id);
        Assert.Null(second.NextCursor);
        Assert.Empty((await _catalog.SubscriptionsAsync("other", 3, null, default)).Items);
    }

    [Fact]
    public async Task What_a_subscription_refers_to_must_exist()
    {
        Assert.Equal(CatalogOutcome.NotFound, (await PutAsync(Draft with { Topic = "other" })).Outcome);
        var forward = Draft with { Retry = Draft.Retry with { OnExhausted = OnExhausted.Forward, ForwardTo = "other" } };
        Assert.Equal("/retry/forwardTo", Assert.Single((await PutAsync(forward)).Problems).Pointer);
        var reported = Draft with { Reports = new ReportRequest("other", ReportKinds.All) };
        Assert.Equal("/reports/topic", Assert.Single((await PutAsync(reported)).Problems).Pointer);
        await _catalog.PutTopicAsync("other", default);
        Assert.Equal(CatalogOutcome.Created, (await PutAsync(forward)).Outcome);
        Assert.Equal(reported.Reports, (await PutAsync(reported)).Value!.Reports);
        Assert.Equal(CatalogOutcome.Unchanged, (await PutAsync(reported)).Outcome);
        Assert.Equal("/topic", Assert.Single((await PutAsync(Draft with { Topic = "other" })).Problems).Pointer);
    }

    private ValueTask<CatalogResult<Subscription>> PutAsync(SubscriptionDraft draft, StartFrom? from = null, long? version = null) =>
        _catalog.PutSubscriptionAsync(draft, from ?? new StartFrom.Now(), version, default);

    private void SetLogs(long last) => Array.Fill(_publisher.Log.Bounds, new LogBounds(1, last));

    private void SetHeads(params long[] heads) => heads.CopyTo(_store.Heads, 0);

    private static Filter Type(string value) => new([new FilterClause(Filter.TypeClause, true, [value])]);
}
