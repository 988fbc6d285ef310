using Herald.Delivery.Tests.Applications;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Delivery.Tests;

/// <summary>One bit flips in an event that is not delivered yet, and the server starts again. No other event may be lost.</summary>
public sealed class DamageTests
{
    private const int Keys = 8, Numbers = 20;

    [Fact]
    public async Task A_damaged_event_is_a_dead_letter_and_all_others_are_delivered_in_order()
    {
        await using var node = await Node.StartAsync();
        var topic = await node.TopicAsync("orders");
        await node.SubscribeAsync(Node.Draft("s"));
        Assert.True((await node.Engine.Catalog.PauseAsync("s", default)).Done);
        await node.PublishAsync(topic, Numbered());
        var place = await DamageAsync(node, key: 3, number: 7);
        Assert.True((await node.Engine.Catalog.ResumeAsync("s", default)).Done);

        await Until.HoldsAsync(() => node.Channel.JudgeOf("s").Received == (Keys * Numbers) - 1);
        await Until.HoldsAsync(async () => (await LettersAsync(node)).Count == 1);
        var letter = Assert.Single(await LettersAsync(node));
        Assert.Equal((DeadLetterReason.Damaged, "s", place.Sequence, false), (letter.Reason.Reason, letter.SubscriptionId, letter.Id.Sequence, letter.HasRecord));
        Assert.Contains(".log", letter.Reason.Detail, StringComparison.Ordinal);

        // A look-up or a redrive finds nothing and stops nothing.
        Assert.Null(await node.Engine.Inspector.FindEventAsync(topic, "3-7", "3", default));
        Assert.Equal(0, await node.Engine.DeadLetters.RedriveAllAsync(null, default));
        Assert.Equal(1, await node.Engine.DeadLetters.DiscardAllAsync(null, default));
        await node.PublishAsync(topic, [(3, Numbers + 1)]);
        await Until.HoldsAsync(() => node.Channel.JudgeOf("s").Received == Keys * Numbers);
        Assert.False(node.Engine.Failed.IsCompleted);
    }

    [Fact]
    public async Task A_damaged_event_is_a_dead_letter_for_an_application_and_the_others_have_their_effect()
    {
        var gate = new TaskCompletionSource();
        var counter = new Counter { Gate = gate.Task };
        await using var node = await Node.StartAsync(null, counter);
        var topic = await node.TopicAsync("orders");
        await node.TopicAsync(Counter.Counted);
        await node.SubscribeAsync(Node.Draft("counted", Counter.Counted));
        await node.PublishAsync(topic, [(1, 1)]);
        gate.SetResult();
        await Until.HoldsAsync(() => node.Channel.JudgeOf("counted").Received == 1);
        counter.Gate = new TaskCompletionSource().Task;
        await node.PublishAsync(topic, Numbered().Where(one => one != (1, 1)));
        await DamageAsync(node, key: 3, number: 7, () => counter.Gate = Task.CompletedTask);

        await Until.HoldsAsync(async () => (await LettersAsync(node)).Count == 1);
        var letter = Assert.Single(await LettersAsync(node));
        Assert.Equal((DeadLetterReason.Damaged, ""), (letter.Reason.Reason, letter.SubscriptionId));
        Assert.Contains("counter", letter.Reason.Detail, StringComparison.Ordinal);
        await Until.HoldsAsync(() => node.Channel.JudgeOf("counted").Received == (Keys * Numbers) - 1);
        Assert.False(node.Engine.Failed.IsCompleted);
    }

    private static IEnumerable<(int Key, int Number)> Numbered() =>
        from number in Enumerable.Range(1, Numbers) from key in Enumerable.Range(1, Keys) select (key, number);

    private static async Task<IReadOnlyList<DeadLetter>> LettersAsync(Node node) =>
        (await node.Engine.DeadLetters.ListAsync(new DeadLetterQuery(null, null, 1000, null), default)).Items;

    /// <summary>Restarts the node, and between stop and start flips the last bit of the event's payload in the log.</summary>
    private static async Task<(int Shard, long Sequence)> DamageAsync(Node node, int key, int number, Action? meanwhile = null)
    {
        var topic = (await node.Engine.Catalog.FindTopicAsync("orders", default))!;
        var found = (await node.Engine.Inspector.FindEventAsync(topic, $"{key}-{number}", $"{key}", default))!;
        var record = found.Event.Record.ToArray();
        await node.RestartAsync(directory =>
        {
            foreach (var path in Directory.GetFiles(Path.Combine(directory, "journal"), "*.log"))
            {
                var bytes = File.ReadAllBytes(path);
                if (bytes.AsSpan().IndexOf(record) is not (var at and >= 0))
                    continue;
                bytes[at + record.Length - 1] ^= 1;
                File.WriteAllBytes(path, bytes);
            }
            meanwhile?.Invoke();
        });
        return (found.Shard, found.Sequence);
    }
}
