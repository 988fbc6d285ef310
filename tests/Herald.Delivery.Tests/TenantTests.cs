using System.Security.Cryptography;
using Herald.Delivery.Tests.Applications;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Inspection;
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
                Assert.Null(await view.Catalog.FindSecretsAsync(name, default));
                Assert.Equal(CatalogOutcome.NotFound, (await view.Catalog.RotateSecretAsync(name, null, TimeSpan.Zero, false, default)).Outcome);
                Assert.NotEmpty((await view.Catalog.PutTopicAsync(name, default)).Problems);
                Assert.Empty((await view.DeadLetters.ListAsync(new DeadLetterQuery(name, null, 10, null), default)).Items);
                Assert.Null(await view.Inspector.LagAsync(name, default));
            }
        }
    }

    [Fact]
    public async Task Attempts_get_the_secret_of_their_tenant_under_the_same_names()
    {
        await using var node = await StartWithSecretsAsync();
        await AttemptAsync(1);
        Assert.NotEqual(await SecretAsync(node, default), await SecretAsync(node, Acme));

        var kept = await SecretAsync(node, default);
        var rotated = await node.Engine.Of(Acme).Catalog.RotateSecretAsync("s", null, TimeSpan.FromHours(1), false, default);
        Assert.Equal(rotated.Secrets.Current.ToArray(), await SecretAsync(node, Acme));
        Assert.Equal(kept, await SecretAsync(node, default));
        await AttemptAsync(2);

        await node.RestartAsync();
        await AttemptAsync(3);
        Assert.Equal(kept, node.Channel.SecretOf("s"));
        Assert.Equal(rotated.Secrets.Current.ToArray(), node.Channel.SecretOf("s.acme"));

        async Task AttemptAsync(int number)
        {
            foreach (var tenant in Both)
                await PublishAsync(node, tenant, number, number);
            await Until.HoldsAsync(() => node.Channel.JudgeOf("s").Tries == number && node.Channel.JudgeOf("s.acme").Tries == number);
            Assert.Equal(await SecretAsync(node, default), node.Channel.SecretOf("s"));
            Assert.Equal(await SecretAsync(node, Acme), node.Channel.SecretOf("s.acme"));
        }
    }

    [Fact]
    public async Task A_test_event_gets_the_secret_of_its_tenant()
    {
        await using var node = await StartWithSecretsAsync();
        foreach (var (tenant, host) in Both.Zip((string[])["s", "s.acme"]))
        {
            Assert.Equal(AttemptOutcome.Delivered, (await node.Engine.Of(tenant).TestAsync("s", default))!.Outcome);
            Assert.Equal(await SecretAsync(node, tenant), node.Channel.SecretOf(host));
        }
    }

    [Theory]
    [InlineData("default", "acme", "@acme/s")]
    [InlineData("acme", "default", "s")]
    public async Task A_secret_goes_with_the_subscription_or_the_topic_of_its_tenant_alone(string tenant, string other, string kept)
    {
        await using var node = await StartWithSecretsAsync();
        var (one, another) = (TenantId.Parse(tenant), TenantId.Parse(other));
        var (catalog, secret) = (node.Engine.Of(one).Catalog, await SecretAsync(node, another));

        Assert.True((await catalog.DeleteSubscriptionAsync("s", null, default)).Done);
        Assert.Null(await catalog.FindSecretsAsync("s", default));
        Assert.Equal([kept], await StoredSecretsAsync(node));

        await SubscribeAsync(node, one, "s", "orders", RetryPolicy.Default);
        Assert.Equal(2, (await StoredSecretsAsync(node)).Count);
        Assert.True((await catalog.DeleteTopicAsync("orders", force: true, default)).Done);
        Assert.Equal([kept], await StoredSecretsAsync(node));

        Assert.Equal(secret, await SecretAsync(node, another));
        await PublishAsync(node, another, 1, 1);
        var host = another.IsDefault ? "s" : "s.acme";
        await Until.HoldsAsync(() => node.Channel.JudgeOf(host).Tries == 1);
        Assert.Equal(secret, node.Channel.SecretOf(host));
    }

    [Fact]
    public async Task Each_lists_its_own_topics_and_subscriptions_by_labels()
    {
        await using var node = await StartAsync();
        var (mine, acmes) = (node.Engine.Catalog, node.Engine.Of(Acme).Catalog);
        var labels = TextMap.Of([new("team", "a")]);
        foreach (var i in Enumerable.Range(0, 6))
        {
            await acmes.PutTopicAsync($"t{i}", i % 2 == 0 ? labels : TextMap.Empty, null, default);
            await SubscribeAsync(node, Acme, $"s{i}", $"t{i}", RetryPolicy.Default, i % 2 == 0 ? labels : TextMap.Empty);
        }
        await mine.PutTopicAsync("t0", TextMap.Of([new("team", "b")]), null, default);
        await mine.PutTopicAsync("t9", labels, null, default);
        await SubscribeAsync(node, default, "s9", "t9", RetryPolicy.Default, labels);

        var topics = await acmes.TopicsAsync(labels, 2, null, default);
        Assert.Equal(["t0", "t2"], topics.Items.Select(topic => topic.Name));
        Assert.Equal("t2", topics.NextCursor);
        Assert.All(topics.Items, topic => Assert.Equal((Acme, labels), (topic.Tenant, topic.Labels)));
        topics = await acmes.TopicsAsync(labels, 2, topics.NextCursor, default);
        Assert.Equal(("t4", null), (Assert.Single(topics.Items).Name, topics.NextCursor));
        var subscriptions = await acmes.SubscriptionsAsync(null, labels, 1, "s0", default);
        Assert.Equal(("s2", "s2"), (Assert.Single(subscriptions.Items).Id, subscriptions.NextCursor));
        Assert.Equal("s4", Assert.Single((await acmes.SubscriptionsAsync("t4", labels, 10, null, default)).Items).Id);

        Assert.Equal("t9", Assert.Single((await mine.TopicsAsync(labels, 10, null, default)).Items).Name);
        Assert.Equal("s9", Assert.Single((await mine.SubscriptionsAsync(null, labels, 10, null, default)).Items).Id);
        Assert.Equal("b", (await mine.FindTopicAsync("t0", default))!.Labels.Find("team"));
        Assert.Equal("a", (await acmes.FindTopicAsync("t0", default))!.Labels.Find("team"));
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

    private static async Task<Node> StartAsync(RetryPolicy? retry = null, params string[] more) =>
        await FillAsync(await Node.StartAsync(), retry, more);

    private static async Task<Node> StartWithSecretsAsync()
    {
        var node = await Node.StartAsync();
        node.Channel.Secret = new SecretRules(32, 32, "32 bytes.", () => RandomNumberGenerator.GetBytes(32));
        return await FillAsync(node, null);
    }

    private static async Task<Node> FillAsync(Node node, RetryPolicy? retry, params string[] more)
    {
        foreach (var tenant in Both)
        {
            foreach (var topic in (string[])["orders", .. more])
                Assert.True((await node.Engine.Of(tenant).Catalog.PutTopicAsync(topic, default)).Done);
            await SubscribeAsync(node, tenant, "s", "orders", retry ?? RetryPolicy.Default);
        }
        return node;
    }

    private static async Task SubscribeAsync(Node node, TenantId tenant, string id, string topic, RetryPolicy retry, TextMap? labels = null)
    {
        var draft = Node.Draft(id, topic) with
        {
            Retry = retry,
            Endpoint = tenant.IsDefault ? $"test://{id}/" : $"test://{id}.{tenant}/",
            Labels = labels ?? TextMap.Empty,
        };
        Assert.True((await node.Engine.Of(tenant).Catalog.PutSubscriptionAsync(draft, new StartFrom.Now(), null, default)).Done);
    }

    private static async Task<byte[]> SecretAsync(Node node, TenantId tenant) =>
        (await node.Engine.Of(tenant).Catalog.FindSecretsAsync("s", default))!.Current.ToArray();

    /// <summary>The full names of all secrets in the store.</summary>
    private static async Task<List<string>> StoredSecretsAsync(Node node)
    {
        var all = await node.Store.ReadAsync(0, 1000, default);
        return [.. all.Records.Where(record => record is { Kind: "secret", Body: not null }).Select(record => record.Id)];
    }

    /// <summary>Publishes events of key 1 with these numbers.</summary>
    private static async Task PublishAsync(Node node, TenantId tenant, int from, int to) => await Node.PublishAsync(
        node.Engine, (await node.Engine.Of(tenant).Catalog.FindTopicAsync("orders", default))!, Enumerable.Range(from, to - from + 1).Select(number => (1, number)));

    private static async Task<IReadOnlyList<DeadLetter>> ListAsync(DeadLetterActions letters) =>
        (await letters.ListAsync(new DeadLetterQuery(null, null, 100, null), default)).Items;
}
