using Herald.Engine;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Journal;
using Xunit;

namespace Herald.Delivery.Tests.Transfer;

/// <summary>
/// A store with everything in it: events that are delivered, blocked, held, dead-lettered, paused, filtered out and not routed yet; values
/// of an application, positions of sources, and a removed subscription.
/// </summary>
internal sealed class Backlog
{
    private const int Keys = 40, Numbers = 5;
    private const int Dying = 5, Holding = 7, Blocking = 3;

    private static readonly string[] Names = ["healthy", "red", "blocked", "dead", "held", "paused", "slow"];
    private static readonly RetryPolicy Once = new() { Waits = new RetryWaits.Schedule([TimeSpan.FromMilliseconds(1)], 0), MaxAttempts = 1 };
    private static readonly IEnumerable<(int, int)> All = Enumerable.Range(1, Numbers).SelectMany(number => Enumerable.Range(0, Keys).Select(key => (key, number)));

    private DeadLetterId _letter;

    public ScriptedChannel Channel { get; } = new();

    /// <summary>Fills the store and closes it. Afterwards all receivers accept everything.</summary>
    public async Task MakeAsync(JournalOptions options)
    {
        await AddStateAsync(options);
        await using (var node = await EngineOver<JournalStore>.StartAsync(await JournalStore.OpenAsync(options, TimeProvider.System), Channel))
            await FillAsync(node.Engine);
        foreach (var name in Names)
            Channel.Answer(name, (_, _, _) => ValueTask.FromResult(ScriptedChannel.Ok));
    }

    /// <summary>
    /// Checks the store in its new place: delivered events do not come again, the rest comes in order, and work goes on as in the old
    /// place.
    /// </summary>
    public async Task FinishAsync<TStore>(EngineOver<TStore> node)
        where TStore : class, IEventLog, ISourcePositions, IShardStore, IStateReader, ICatalogStore, IDeadLetterStore, IOwnership, IAsyncDisposable
    {
        var engine = node.Engine;
        foreach (var name in (string[])["blocked", "slow"])
            await Channel.JudgeOf(name).WaitForAsync(Keys * Numbers);
        Assert.Equal(0, Channel.JudgeOf("paused").Received);
        Assert.True((await engine.Catalog.ResumeAsync("paused", default)).Done);
        await Channel.JudgeOf("paused").WaitForAsync(Keys * Numbers);

        await Until.HoldsAsync(async () => (await engine.Inspector.LagAsync("held", default))!.HeldKeys == 1);
        var held = Assert.Single((await engine.Inspector.BlockedKeysAsync("held", 10, null, default)).Items);
        Assert.True(held.Held);
        Assert.True(await engine.ReleaseAsync("held", held.Shard, held.Sequence, discard: false, default));
        await Channel.JudgeOf("held").WaitForAsync(Keys * Numbers);

        Assert.Equal(_letter, Assert.Single((await engine.DeadLetters.ListAsync(new DeadLetterQuery("dead", "orders", 10, null), default)).Items).Id);
        Assert.Equal(1, await engine.DeadLetters.RedriveAsync([_letter], default));
        Assert.Null(await engine.Catalog.FindSubscriptionAsync("removed", default));

        // Events accepted before are recognised as duplicates. New ones reach every subscription, after the old ones.
        var topic = (await engine.Catalog.FindTopicAsync("orders", default))!;
        await Node.PublishAsync(engine, topic, All, Verdict.Duplicate, Colours);
        await Node.PublishAsync(engine, topic, Enumerable.Range(0, Keys).Select(key => (key, Numbers + 1)), Verdict.Accepted, Colours);
        foreach (var name in Names)
        {
            var judge = Channel.JudgeOf(name);
            var expected = name switch { "red" => Keys * (Numbers + 1) / 2, "dead" => (Keys * (Numbers + 1)) - 1, _ => Keys * (Numbers + 1) };
            await judge.WaitForAsync(expected);
            Assert.Equal((name, expected, 0, 0, 0), (name, judge.Received, judge.OutOfOrder, judge.Repeats, judge.OtherIds));
        }
        Assert.Equal(17, await node.Store.ReadSourcePositionAsync("kafka/a/orders/3", default));
        var shard = new ShardId(2);
        var values = await node.Store.ReadAsync(
            "windows", [new StateKey(shard, new byte[] { 1 }), new StateKey(shard, new byte[] { 2 })], default);
        Assert.Equal([9, 9], values[0]!.Value.ToArray());
        Assert.Null(values[1]);
    }

    private async Task FillAsync(HeraldEngine engine)
    {
        var topic = (await engine.Catalog.PutTopicAsync("orders", default)).Value!;
        foreach (var name in Names)
            await PutAsync(engine, name);
        await PutAsync(engine, "removed");
        Assert.True((await engine.Catalog.DeleteSubscriptionAsync("removed", null, default)).Done);
        Assert.True((await engine.Catalog.PauseAsync("paused", default)).Done);
        Fails("blocked", Blocking, 2);
        Fails("dead", Dying, 1);
        Fails("held", Holding, 2);
        Channel.Answer("slow", async (_, number, cancel) =>
        {
            if (number > 1)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
            return ScriptedChannel.Ok;
        });
        await Node.PublishAsync(engine, topic, All, Verdict.Accepted, Colours);
        // Number 2 of the blocked or held key holds up all later events of that key.
        await Channel.JudgeOf("healthy").WaitForAsync(Keys * Numbers);
        await Channel.JudgeOf("red").WaitForAsync(Keys * Numbers / 2);
        await Channel.JudgeOf("blocked").WaitForAsync((Keys * Numbers) - Numbers + 1);
        await Channel.JudgeOf("held").WaitForAsync((Keys * Numbers) - Numbers + 1);
        await Channel.JudgeOf("dead").WaitForAsync((Keys * Numbers) - 1);
        // Some deliveries have arrived and some are under way. How many wait after them is left to chance.
        await Channel.JudgeOf("slow").WaitForAsync(1);
        await Until.HoldsAsync(() => Channel.JudgeOf("slow").Tries > Channel.JudgeOf("slow").Received);
        await Until.HoldsAsync(async () => (await engine.Inspector.LagAsync("held", default))!.HeldKeys == 1);
        await Until.HoldsAsync(async () => (await engine.DeadLetters.ListAsync(new DeadLetterQuery(null, null, 10, null), default)).Items.Count == 1);
        _letter = Assert.Single((await engine.DeadLetters.ListAsync(new DeadLetterQuery(null, null, 10, null), default)).Items).Id;
    }

    private static async Task AddStateAsync(JournalOptions options)
    {
        await using var store = await JournalStore.OpenAsync(options, TimeProvider.System);
        var leases = await store.RenewAsync(default);
        var state = new StateWrite[] { new("windows", new byte[] { 1 }, new byte[] { 9, 9 }), new("windows", new byte[] { 2 }, null) };
        await store.CommitAsync(new ShardCommit { Fence = new Fence(new ShardId(2), leases[2].Epoch), Number = 1, State = state }, default);
        await store.SaveSourcePositionAsync(new SourcePosition("kafka/a/orders/3", 17), default);
    }

    private static async Task PutAsync(HeraldEngine engine, string name)
    {
        var draft = Node.Draft(name) with
        {
            Filter = name == "red" ? new Filter([new FilterClause("colour", false, ["red"])]) : Filter.All,
            Retry = name switch { "dead" => Once, "held" => Once with { OnExhausted = OnExhausted.Hold }, _ => Node.Draft(name).Retry },
        };
        Assert.True((await engine.Catalog.PutSubscriptionAsync(draft, new StartFrom.Now(), null, default)).Done);
    }

    private void Fails(string name, int key, int number) =>
        Channel.Answer(name, (k, n, _) => ValueTask.FromResult((k, n) == (key, number) ? ScriptedChannel.Fail(500) : ScriptedChannel.Ok));

    private static void Colours(AttributeBuffer attributes, int key) => attributes.Add("colour"u8, key % 2 == 0 ? "red"u8 : "blue"u8);
}
