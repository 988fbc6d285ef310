using System.Globalization;
using System.Text;
using Herald.Contracts.Stores;
using Herald.Delivery.Tests.Transfer;
using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Journal;
using Xunit;

namespace Herald.Delivery.Tests;

/// <summary>No key may hold up another, nor keep its disk space: settled events after a waiting one are freed.</summary>
public sealed class DiskTests : IDisposable
{
    private const int Held = 0, Blocked = 1, KeptEach = 5;

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("HERALD_TESTS_LONG") is { Length: > 0 };
    private static readonly int SegmentBytes = IsLong ? 64 << 20 : 64 << 10;
    private static readonly int PayloadBytes = IsLong ? 64 << 10 : 1 << 10;

    private readonly string _directory = Directory.CreateTempSubdirectory("herald-disk-").FullName;
    private readonly ScriptedChannel _channel = new();
    private readonly StoreClock _clock = new();
    private readonly int[] _published = new int[100];

    public void Dispose() => Directory.Delete(_directory, true);

    [Fact]
    public async Task One_held_key_and_one_that_is_tried_again_and_again_leave_the_disk_at_what_is_retained()
    {
        var options = new JournalOptions
        {
            Directory = _directory,
            ShardCount = 4,
            SegmentBytes = SegmentBytes,
            CheckpointBytes = SegmentBytes,
            RetainFor = TimeSpan.FromDays(7),
            RetainBytes = 2L * SegmentBytes,
            HistoryBytes = SegmentBytes,
            DuplicateEntries = 100,
        };
        // The retained bytes, and room for the current segment, the reserve, the history, a segment of copied events, and the steps in
        // which the index grows.
        var most = options.RetainBytes.Value + (6L * SegmentBytes);
        Answer("held", Held, fails: true);
        Answer("blocked", Blocked, fails: true);
        await using (var node = await OpenAsync(options))
        {
            var topic = (await node.Engine.Catalog.PutTopicAsync("orders", default)).Value!;
            await SubscribeAsync(node.Engine.Catalog, "healthy", new RetryPolicy());
            await SubscribeAsync(node.Engine.Catalog, "held", new RetryPolicy { MaxAttempts = 1, OnExhausted = OnExhausted.Hold });
            await SubscribeAsync(node.Engine.Catalog, "blocked", Node.Draft("blocked").Retry);

            var size = 0L;
            for (var round = 1; size < (IsLong ? 10_000L << 20 : 64L * SegmentBytes); round++)
            {
                // The waiting keys get their first events now, and one more from time to time, between many events of other keys.
                if (round % 20 == 1 && _published[Held] < KeptEach)
                    await PublishAsync(node.Engine.Intake, topic, Held, Blocked);
                await PublishAsync(node.Engine.Intake, topic, [.. Enumerable.Range(2, 40)]);
                size += 40 * PayloadBytes;
                await _channel.JudgeOf("healthy").WaitForAsync(_published.Sum());
            }
            await FreedAsync(node, most);
            Assert.InRange(_channel.JudgeOf("blocked").Tries, 2, int.MaxValue);
        }

        for (var opened = 0; opened < 2; opened++)
        {
            await using var node = await OpenAsync(options);
            await FreedAsync(node, most);
        }

        await using (var node = await OpenAsync(options))
        {
            Answer("held", Held, fails: false);
            Answer("blocked", Blocked, fails: false);
            await Until.HoldsAsync(async () => (await node.Engine.Inspector.LagAsync("held", default))!.HeldKeys == 1);
            var held = Assert.Single((await node.Engine.Inspector.BlockedKeysAsync("held", 10, null, default)).Items);
            Assert.True(await node.Engine.ReleaseAsync("held", held.Shard, held.Sequence, discard: false, default));
            foreach (var name in (string[])["healthy", "held", "blocked"])
            {
                var judge = _channel.JudgeOf(name);
                await judge.WaitForAsync(_published.Sum());
                Assert.Equal((name, _published.Sum(), 0, 0, 0), (name, judge.Received, judge.OutOfOrder, judge.Repeats, judge.OtherIds));
            }
        }
    }

    private void Answer(string name, int key, bool fails) =>
        _channel.Answer(name, (k, number, _) => ValueTask.FromResult(fails && k == key && number == 1 ? ScriptedChannel.Fail(500) : ScriptedChannel.Ok));

    /// <summary>Advances the clock until the journal, which checks its disk from time to time, has freed enough.</summary>
    private Task FreedAsync(EngineOver<JournalStore> node, long most) => Until.HoldsAsync(async () =>
    {
        _clock.Advance(TimeSpan.FromSeconds(10));
        await node.Store.ReadSourcePositionAsync("", default);
        return node.Store.Statistics.Bytes <= most;
    });

    private async Task<EngineOver<JournalStore>> OpenAsync(JournalOptions options) =>
        await EngineOver<JournalStore>.StartAsync(await JournalStore.OpenAsync(options, _clock), _channel);

    private static async Task SubscribeAsync(Catalog catalog, string name, RetryPolicy retry) =>
        Assert.True((await catalog.PutSubscriptionAsync(Node.Draft(name) with { Retry = retry }, new StartFrom.Now(), null, default)).Done);

    private async Task PublishAsync(Intake intake, Topic topic, params int[] keys)
    {
        using var batch = intake.Rent(topic);
        foreach (var key in keys)
        {
            Assert.Null(batch.Add(new EventDraft
            {
                Key = Encoding.UTF8.GetBytes(key.ToString(CultureInfo.InvariantCulture)),
                HasKey = true,
                Payload = Encoding.UTF8.GetBytes((++_published[key]).ToString(CultureInfo.InvariantCulture).PadLeft(PayloadBytes)),
                Attributes = new AttributeBuffer(),
            }));
        }
        await intake.PublishAsync(batch);
        Assert.All(batch.Results.ToArray(), result => Assert.Equal(Verdict.Accepted, result.Verdict));
    }
}
