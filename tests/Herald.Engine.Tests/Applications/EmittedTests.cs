using System.Text;
using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Tests.Shards;
using Xunit;

namespace Herald.Engine.Tests.Applications;

/// <summary>Events that an application emits and that a store does not accept.</summary>
public sealed class EmittedTests
{
    [Fact(Timeout = 60_000)]
    public async Task It_is_a_dead_letter_of_its_topic_with_its_event_and_why()
    {
        await using var scene = new HostScene(applications: new Making());
        scene.Store.Emitting = i => new Appended(i == 1 ? Verdict.NoRoom : Verdict.Accepted, 7);
        await scene.Catalog.PutTopicAsync("made", TestContext.Current.CancellationToken);
        await scene.StartAsync();
        await scene.PublishAsync(["one"]);

        var letter = Assert.Single((await scene.WhenStoredAsync(commit => commit.DeadLetters.Count > 0)).DeadLetters);
        Assert.Equal(("", "made", EmittedRefusals.NotTaken), (letter.SubscriptionId, letter.Topic, letter.Reason.Reason));
        Assert.Contains("making", letter.Reason.Detail, StringComparison.Ordinal);
        Assert.Contains("NoRoom", letter.Reason.Detail, StringComparison.Ordinal);
        Assert.Equal("second"u8.ToArray(), new EventView(letter.Record).Payload.ToArray());
        Assert.False(letter.Id.IsInLog);
        await scene.Host.SaveAsync();
        Assert.Single(scene.Store.Commits.SelectMany(commit => commit.DeadLetters));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_no_event_is_refused_with_its_field_and_the_event_it_was_made_of_is_a_dead_letter()
    {
        await using var scene = new HostScene(applications: new Making { Key = new string('k', 5000) });
        await scene.Catalog.PutTopicAsync("made", TestContext.Current.CancellationToken);
        await scene.StartAsync();
        await scene.PublishAsync(["one"]);

        var letter = Assert.Single((await scene.WhenStoredAsync(commit => commit.DeadLetters.Count > 0)).DeadLetters);
        Assert.Equal("t", letter.Topic);
        Assert.Contains("/key = '", letter.Reason.Detail, StringComparison.Ordinal);
        Assert.All(scene.Store.Commits, commit => Assert.Empty(commit.Emitted));
    }

    private sealed class Making : IApplication, IShardApplication
    {
        public string Key { get; init; } = "k";
        public string Name => "making";
        public string Topic => "t";
        public TimeSpan TickEvery => TimeSpan.FromHours(1);

        public IShardApplication Begin(ShardId shard) => this;

        public async ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel)
        {
            var topic = await batch.TopicAsync("made", cancel);
            foreach (var _ in batch.Events)
            {
                batch.Emit(topic, new EventDraft { Key = Encoding.UTF8.GetBytes(Key), HasKey = true, Payload = "first"u8 });
                batch.Emit(topic, new EventDraft { Key = "k"u8, HasKey = true, Payload = "second"u8 });
            }
        }
    }
}
