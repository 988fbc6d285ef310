using Herald.Engine.Applications;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Tests.Shards;
using Xunit;

namespace Herald.Engine.Tests.Applications;

/// <summary>The stored position of an application is damaged. Only that application stops, and only in that shard.</summary>
public sealed class DamagedPlaceTests
{
    public static TheoryData<string> Damages => ["cut short", "no place", "unreadable"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task An_application_whose_place_is_damaged_stands_still_and_deliveries_go_on(string damage)
    {
        var application = new Taking();
        await using var scene = new HostScene(applications: application)
        {
            Place = () => damage switch
            {
                "cut short" => new byte[] { 1, 0, 0 },
                "no place" => new byte[8],
                _ => throw new IOException("the checksum of the value does not match"),
            },
        };
        await scene.StartAsync();
        await scene.Lines.WhenAsync("Application taking processes nothing in shard 0");
        for (var number = 1; number <= 3; number++)
        {
            await scene.PublishAsync([$"{number}"]);
            (await scene.ExpectAsync($"{number}")).Answer(AttemptResult.Delivered);
        }
        await scene.Host.StopAsync();
        Assert.Equal(0, application.Taken);
        // The events that the application has still to read are kept.
        Assert.All(scene.Store.Commits, commit => Assert.InRange(commit.SettledBelow, 0, 1));
        Assert.Equal(("taking", 3L), Assert.Single(scene.Host.Unread()));
    }

    [Fact]
    public async Task One_that_has_no_place_yet_begins()
    {
        var application = new Taking();
        await using var scene = new HostScene(applications: application);
        await scene.StartAsync();
        await scene.PublishAsync(["one"]);
        (await scene.ExpectAsync("one")).Answer(AttemptResult.Delivered);
        await application.HasTaken.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    private sealed class Taking : IApplication, IShardApplication
    {
        public int Taken { get; private set; }
        public TaskCompletionSource HasTaken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public string Name => "taking";
        public string Topic => "t";
        public TimeSpan TickEvery => TimeSpan.FromHours(1);

        public IShardApplication Begin(ShardId shard) => this;

        public ValueTask TakeAsync(ApplicationBatch batch, CancellationToken cancel)
        {
            Taken += batch.Events.Count;
            if (Taken > 0)
                HasTaken.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}
