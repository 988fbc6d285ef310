using System.Buffers;
using System.Text;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Progress;
using Herald.Engine.Publishing;
using Herald.Engine.Sending;
using Herald.Engine.Shards;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Publishing;
using Herald.Engine.Tests.Stores;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Engine.Tests.Shards;

public sealed class EventLoaderTests
{
    private readonly OneShardLog _log = new();
    private readonly EventLoader _loader;

    public EventLoaderTests() => _loader = new EventLoader(_log, OneShardLog.Shard);

    [Fact]
    public async Task Each_start_gets_its_own_event_in_order_of_sequences_from_one_read()
    {
        await PublishAsync("one", "two", "three");
        var loaded = await LoadAsync((1, 3), (1, 1), (1, 2));
        Assert.Equal([(1, 1, "one"), (1, 2, "two"), (1, 3, "three")], loaded);
        Assert.Equal([[1L, 2, 3]], _log.Reads);
    }

    [Fact]
    public async Task Several_subscriptions_that_start_the_same_event_get_a_copy_each()
    {
        await PublishAsync("one", "two");
        var buffers = new List<byte[]>();
        await _loader.LoadAsync([Start(1, 2), Start(2, 2), Start(3, 2)], (_, record, _, _) => buffers.Add(record!), default);
        Assert.Equal(3, buffers.Distinct(ReferenceEqualityComparer.Instance).Count());
        Assert.Equal([[2L]], _log.Reads);
        Assert.Equal([(1, 1, "one"), (1, 2, "two"), (2, 2, "two")], (await LoadAsync((1, 1), (1, 2), (2, 2))).Order());
    }

    [Fact]
    public async Task What_is_no_longer_kept_comes_without_a_record_and_shifts_no_other()
    {
        await PublishAsync("one", "two", "three", "four");
        _log.Free(below: 3);
        Assert.Equal([(1, 1, null), (1, 2, null), (2, 2, null), (1, 4, "four")], await LoadAsync((1, 1), (1, 2), (2, 2), (1, 4)));
    }

    [Fact]
    public async Task What_is_damaged_is_told_to_each_subscription_and_shifts_no_other()
    {
        await PublishAsync("one", "two", "three");
        _log.Damage(2);
        Assert.Equal(
            [(1, 1, "one"), (1, 2, "event 2 is damaged"), (2, 2, "event 2 is damaged"), (1, 3, "three")], await LoadAsync((1, 1), (1, 2), (2, 2), (1, 3)));
        Assert.Equal([(1, 1, "one"), (1, 3, "three")], await LoadAsync((1, 1), (1, 3)));
    }

    [Fact]
    public async Task A_batch_says_nothing_about_the_next()
    {
        await PublishAsync("one", "two", "three");
        await LoadAsync((1, 1), (1, 2), (1, 3));
        _log.Free(below: 3);
        Assert.Equal([(1, 2, null), (1, 3, "three")], await LoadAsync((1, 2), (1, 3)));
    }

    private static StartAttempt Start(int subscription, long sequence) =>
        new(subscription, 1, 0, new LaneItem(sequence, 0, 10), 1, PermitKind.First, false);

    private async Task PublishAsync(params string[] payloads)
    {
        var intake = new Intake(_log, new IntakeOptions(), new ManualClock());
        using var batch = intake.Rent(new Topic("t", 1, DateTimeOffset.UnixEpoch, 1));
        foreach (var payload in payloads)
            Assert.Null(new SampleEvent { Payload = Encoding.UTF8.GetBytes(payload) }.AddTo(batch));
        await intake.PublishAsync(batch);
    }

    private async Task<List<(int Subscription, long Sequence, string? Payload)>> LoadAsync(params (int Subscription, long Sequence)[] starts)
    {
        var loaded = new List<(int, long, string?)>();
        await _loader.LoadAsync(
            [.. starts.Select(s => Start(s.Subscription, s.Sequence))],
            (start, record, length, damage) =>
            {
                loaded.Add((start.Subscription, start.Item.Sequence, record is null ? damage : Encoding.UTF8.GetString(new EventView(record.AsMemory(0, length)).Payload.Span)));
                if (record is not null)
                    ArrayPool<byte>.Shared.Return(record);
            },
            default);
        return loaded;
    }
}
