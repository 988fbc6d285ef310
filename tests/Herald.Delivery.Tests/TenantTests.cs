using Herald.Delivery.Tests.Applications;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Inspection;
using Herald.Engine.Retrying;
using Herald.Engine.Sources;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Journal;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Herald.Delivery.Tests;

/// <summary>
/// Two tenants use the same names for everything on one node, and neither sees anything of the other. Receivers of the second tenant have
/// hosts of their own, so that a mix-up shows.
/// </summary>
public sealed class TenantTests
{
    private static readonly long[] Oldest = [1];

    private static readonly TenantId Acme = TenantId.Parse("acme");
    private static readonly TenantId[] Both = [default, Acme];
    private static readonly RetryPolicy Once = RetryPolicy.Default with { MaxAttempts = 1 };

    [Fact]
    public async Task Each_gets_its_own_events_under_the_same_names_keys_and_ids()
    {
        await using var node = await StartAsync();
        await PublishAsync(node, default, 1, 100);
        await PublishAsync(node, Acme, 1, 50);
        await Until.HoldsAsync(() => node.Channel.JudgeOf("s").Tries == 100 && node.Channel.JudgeOf("s.acme").Tries == 50);
        await node.RestartAsync();
        await PublishAsync(node, Acme, 51, 100);
        await Until.HoldsAsync(() => node.Channel.JudgeOf("s.acme").Tries == 100);
        Assert.Equal(100, node.Channel.JudgeOf("s").Tries);
        Assert.Empty(node.Channel.IdsOf("s").Intersect(node.Channel.IdsOf("s.acme")));
    }

    [Fact]
    public async Task Each_sees_its_own_catalog()
    {
        await using var node = await StartAsync();
        var (mine, acmes) = (node.Engine.Catalog, node.Engine.Of(Acme).Catalog);
        await acmes.PutTopicAsync("only-acme", default);
        await node.SubscribeAsync(Node.Draft("only-mine"));

        Assert.Equal(["orders"], (await mine.TopicsAsync(10, null, default)).Items.Select(topic => topic.Name));
        var page = await acmes.TopicsAsync(1, null, default);
        Assert.Equal(("only-acme", "only-acme"), (page.Items[0].Name, page.NextCursor));
        Assert.Equal(["orders"], (await acmes.TopicsAsync(1, page.NextCursor, default)).Items.Select(topic => topic.Name));
        Assert.Equal(["only-mine", "s"], (await mine.SubscriptionsAsync(null, 10, null, default)).Items.Select(one => one.Id));
        Assert.Equal(["s"], (await acmes.SubscriptionsAsync(null, 10, null, default)).Items.Select(one => one.Id));
        Assert.Equal(["s"], (await acmes.SubscriptionsAsync("orders", 10, null, default)).Items.Select(one => one.Id));
        Assert.Null(await mine.FindTopicAsync("only-acme", default));
        Assert.Null(await acmes.FindSubscriptionAsync("only-mine", default));
        Assert.Equal(CatalogOutcome.NotFound, (await acmes.PauseAsync("only-mine", default)).Outcome);
        Assert.NotEqual((await mine.FindTopicAsync("orders", default))!.Number, (await acmes.FindTopicAsync("orders", default))!.Number);

        Assert.True((await acmes.DeleteTopicAsync("orders", force: true, default)).Done);
        Assert.NotNull(await mine.FindTopicAsync("orders", default));
        Assert.NotNull(await mine.FindSubscriptionAsync("s", default));
        Assert.Null(await acmes.FindSubscriptionAsync("s", default));
    }

    /// <summary>Names come from callers of the API. A full name of another tenant must name nothing.</summary>
    [Fact]
    public async Task A_full_name_is_no_name()
    {
        await using var node = await StartAsync();
        await PublishAsync(node, Acme, 1, 1);
        foreach (var tenant in Both)
        {
            var view = node.Engine.Of(tenant);
            foreach (var name in (string[])["@acme/orders", "@default/orders", "@acme/s"])
            {
                Assert.Null(view.Catalog.FindKnownTopic(name));
                Assert.Null(await view.Catalog.FindTopicAsync(name, default));
                Assert.Null(await view.Catalog.FindSubscriptionAsync(name, default));
                Assert.NotEmpty((await view.Catalog.PutTopicAsync(name, default)).Problems);
                Assert.Empty((await view.DeadLetters.ListAsync(new DeadLetterQuery(name, null, 10, null), default)).Items);
                Assert.Null(await view.Inspector.LagAsync(name, default));
            }
        }
    }

    [Fact]
    public async Task Dead_letters_are_seen_and_redriven_by_their_tenant_alone()
    {
        await using var node = await StartAsync(Once);
        foreach (var host in (string[])["s", "s.acme"])
            node.Channel.Answer(host, (_, _, _) => ValueTask.FromResult(ScriptedChannel.Fail(500)));
        await PublishAsync(node, default, 1, 2);
        await PublishAsync(node, Acme, 1, 3);
        var (mine, acmes) = (node.Engine.DeadLetters, node.Engine.Of(Acme).DeadLetters);
        await Until.HoldsAsync(async () => (await ListAsync(mine)).Count == 2 && (await ListAsync(acmes)).Count == 3);

        Assert.All(await ListAsync(acmes), letter => Assert.Equal(("s", "orders"), (letter.SubscriptionId, letter.Topic)));
        var theirs = (await ListAsync(mine)).Select(letter => letter.Id).ToList();
        Assert.Null(await acmes.FindAsync(theirs[0], default));
        Assert.Equal(0, await acmes.RedriveAsync(theirs, default));
        Assert.Equal(0, await acmes.DiscardAsync(theirs, default));
        Assert.Equal(2, (await ListAsync(mine)).Count);

        foreach (var host in (string[])["s", "s.acme"])
            node.Channel.Answer(host, (_, _, _) => ValueTask.FromResult(ScriptedChannel.Ok));
        Assert.Equal(3, await acmes.RedriveAllAsync("s", default));
        await Until.HoldsAsync(() => node.Channel.JudgeOf("s.acme").Tries == 6);
        Assert.Equal(2, node.Channel.JudgeOf("s").Tries);
        Assert.Equal(2, await mine.DiscardAllAsync(null, default));
    }

    [Fact]
    public async Task Deliveries_and_events_are_looked_up_by_their_tenant_alone()
    {
        await using var node = await StartAsync(new RetryPolicy { Waits = new RetryWaits.Exponential(TimeSpan.FromHours(1), 1, TimeSpan.FromHours(1), 0) });
        node.Channel.Answer("s.acme", (_, _, _) => ValueTask.FromResult(ScriptedChannel.Fail(500)));
        await PublishAsync(node, Acme, 1, 1);
        var (mine, acmes) = (node.Engine.Of(default), node.Engine.Of(Acme));
        await Until.HoldsAsync(async () => (await acmes.Inspector.BlockedKeysAsync("s", 10, null, default)).Items.Count == 1);
        Assert.Empty((await mine.Inspector.BlockedKeysAsync("s", 10, null, default)).Items);
        Assert.Equal((1L, 0L), ((await acmes.Inspector.LagAsync("s", default))!.Waiting, (await mine.Inspector.LagAsync("s", default))!.Waiting));
        Assert.NotNull(await acmes.Inspector.FindEventAsync((await acmes.Catalog.FindTopicAsync("orders", default))!, "1-1", "1", default));
        Assert.Null(await mine.Inspector.FindEventAsync((await mine.Catalog.FindTopicAsync("orders", default))!, "1-1", "1", default));
    }

    [Fact]
    public async Task A_forward_stays_with_its_tenant()
    {
        await using var node = await StartAsync(Once with { OnExhausted = OnExhausted.Forward, ForwardTo = "failed" }, "failed");
        node.Channel.Answer("s.acme", (_, _, _) => ValueTask.FromResult(ScriptedChannel.Fail(500)));
        foreach (var tenant in Both)
            await SubscribeAsync(node, tenant, "forwarded", "failed", RetryPolicy.Default);
        await PublishAsync(node, Acme, 1, 5);
        await Until.HoldsAsync(() => node.Channel.JudgeOf("forwarded.acme").Tries == 5);
        Assert.Equal(0, node.Channel.JudgeOf("forwarded").Tries);
    }

    [Fact]
    public async Task An_endpoint_that_is_gone_disables_the_subscription_of_its_tenant()
    {
        await using var node = await StartAsync();
        node.Channel.Answer("s.acme", (_, _, _) => ValueTask.FromResult(ScriptedChannel.Fail(410)));
        await PublishAsync(node, Acme, 1, 1);
        await Until.HoldsAsync(async () => (await node.Engine.Of(Acme).Catalog.FindSubscriptionAsync("s", default))!.Status == SubscriptionStatus.Disabled);
        Assert.Equal(SubscriptionStatus.Active, (await node.Engine.Catalog.FindSubscriptionAsync("s", default))!.Status);
    }

    [Fact]
    public async Task Applications_of_the_same_name_have_state_and_events_of_their_own()
    {
        await using var node = await Node.StartAsync(null, new Counter(), new Counter { Tenant = Acme });
        foreach (var tenant in Both)
        {
            await node.Engine.Of(tenant).Catalog.PutTopicAsync("orders", default);
            await node.Engine.Of(tenant).Catalog.PutTopicAsync(Counter.Counted, default);
            await SubscribeAsync(node, tenant, "counts", Counter.Counted, RetryPolicy.Default);
        }
        await PublishAsync(node, default, 1, 20);
        await PublishAsync(node, Acme, 1, 30);
        // Each count is judged: it must follow the one before it.
        await Until.HoldsAsync(() => node.Channel.JudgeOf("counts").Tries == 20 && node.Channel.JudgeOf("counts.acme").Tries == 30);
        await node.RestartAsync();
        await PublishAsync(node, Acme, 31, 40);
        await Until.HoldsAsync(() => node.Channel.JudgeOf("counts.acme").Tries == 40);
        Assert.Equal(20, node.Channel.JudgeOf("counts").Tries);
    }

    [Fact]
    public async Task A_message_that_is_no_event_becomes_a_dead_letter_of_the_tenant_of_its_source()
    {
        await using var node = await StartAsync();
        var (mine, acmes) = (node.Engine.Of(default), node.Engine.Of(Acme));
        var source = new SourceIntake(node.Engine.Intake, acmes.Catalog, "orders", new PlainReader(), TimeProvider.System, NullLogger.Instance);
        await source.StartAsync(default);
        using (var batch = source.Begin())
        {
            batch.Add(new SourceMessage { Place = new SourcePlace("stream", 0, 1), Key = new byte[2000], Value = "x"u8 });
            await batch.PublishAsync(default);
        }
        await Until.HoldsAsync(async () => (await ListAsync(acmes.DeadLetters)).Count == 1);
        Assert.Equal("orders", Assert.Single(await ListAsync(acmes.DeadLetters)).Topic);
        Assert.Empty(await ListAsync(mine.DeadLetters));
    }

    /// <summary>Nothing encrypts yet, so the test writes such a record into the log itself.</summary>
    [Fact]
    public async Task A_payload_with_an_unknown_key_is_never_sent_and_dies_with_the_reason()
    {
        await using var node = await StartAsync(Once);
        await PublishAsync(node, default, 1, 1);
        await Until.HoldsAsync(() => node.Channel.JudgeOf("s").Tries == 1);
        await AppendEncryptedAsync(node.Store);
        await PublishAsync(node, default, 2, 3);
        await Until.HoldsAsync(async () => (await ListAsync(node.Engine.DeadLetters)).Count == 1);
        var letter = Assert.Single(await ListAsync(node.Engine.DeadLetters));
        Assert.Contains("The payload is encrypted with key 7, which this node does not know.", letter.Reason.Detail, StringComparison.Ordinal);
        Assert.True(letter.HasRecord);
        await Until.HoldsAsync(() => node.Channel.JudgeOf("s").Tries == 3);

        // A redrive keeps the key: it does not turn what cannot be read into something that can.
        Assert.Equal(1, await node.Engine.DeadLetters.RedriveAsync([letter.Id], default));
        await Until.HoldsAsync(async () => await ListAsync(node.Engine.DeadLetters) is [var again] && again.Id != letter.Id);
        Assert.Equal(7, new EventView((await ListAsync(node.Engine.DeadLetters))[0].Record).KeyId);
        Assert.Equal(3, node.Channel.JudgeOf("s").Tries);
    }

    /// <summary>Appends the only event in the log again, without a publisher's id and with a key id.</summary>
    private static async Task AppendEncryptedAsync(JournalStore store)
    {
        for (var shard = 0; shard < store.ShardCount; shard++)
        {
            var (entries, only) = (new IndexEntry[1], new OnlyRecord());
            if ((await store.ReadIndexAsync(new ShardId(shard), 1, entries, default)).Count == 0)
                continue;
            await store.ReadEventsAsync(new ShardId(shard), Oldest, only, default);
            byte[] record = [.. only.Record, 7, 0, 0, 0];
            (record[0], record[1]) = (2, (byte)EventFlags.Keyed);
            var one = new NewEvent(new ShardId(shard), entries[0] with { Flags = EventFlags.Keyed, Size = record.Length }, record);
            await store.AppendAsync(new[] { one }, new Appended[1], default);
        }
    }

    private sealed class OnlyRecord : IEventSink
    {
        public byte[] Record { get; private set; } = [];

        public void OnEvent(long sequence, ReadOnlySpan<byte> record) => Record = record.ToArray();

        public void OnDamaged(long sequence, string damage) => Assert.Fail(damage);
    }

    private static async Task<Node> StartAsync(RetryPolicy? retry = null, params string[] more)
    {
        var node = await Node.StartAsync();
        foreach (var tenant in Both)
        {
            foreach (var topic in (string[])["orders", .. more])
                Assert.True((await node.Engine.Of(tenant).Catalog.PutTopicAsync(topic, default)).Done);
            await SubscribeAsync(node, tenant, "s", "orders", retry ?? RetryPolicy.Default);
        }
        return node;
    }

    private static async Task SubscribeAsync(Node node, TenantId tenant, string id, string topic, RetryPolicy retry)
    {
        var draft = Node.Draft(id, topic) with { Retry = retry, Endpoint = tenant.IsDefault ? $"test://{id}/" : $"test://{id}.{tenant}/" };
        Assert.True((await node.Engine.Of(tenant).Catalog.PutSubscriptionAsync(draft, new StartFrom.Now(), null, default)).Done);
    }

    /// <summary>Publishes events of key 1 with these numbers.</summary>
    private static async Task PublishAsync(Node node, TenantId tenant, int from, int to) => await Node.PublishAsync(
        node.Engine, (await node.Engine.Of(tenant).Catalog.FindTopicAsync("orders", default))!, Enumerable.Range(from, to - from + 1).Select(number => (1, number)));

    private static async Task<IReadOnlyList<DeadLetter>> ListAsync(DeadLetterActions letters) =>
        (await letters.ListAsync(new DeadLetterQuery(null, null, 100, null), default)).Items;
}
