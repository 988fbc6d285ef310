using Herald.Engine.Stores;
using Herald.Notifications.Recipients;
using Herald.Notifications.Statuses;
using Herald.Notifications.Tests.Running;

namespace Herald.Notifications.Tests.Processing;

/// <summary>What is damaged in the state costs itself. What a whole shard needs makes the shard wait, and no event is given up.</summary>
public sealed class DamageTests : IAsyncLifetime
{
    private NotificationsServer _server = null!;
    private ModelWorld _world = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await NotificationsServer.StartAsync(isDoorOnly: true);
        await _server.Engine.Catalog.EnsureTopicAsync(NotificationEvents.Topic, Cancel);
        await _server.Engine.Catalog.EnsureTopicAsync(NotificationEvents.RecipientsTopic, Cancel);
        _world = new(_server.Engine, NotificationsServer.Usual, 1) { Settle = _ => "delivered" };
    }

    public async ValueTask DisposeAsync()
    {
        _world.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_dated_post_whose_content_is_damaged_fails_and_the_others_are_sent()
    {
        var (lost, sent) = (await PostDatedAsync(), await PostDatedAsync());
        _world.State[0, [(byte)'c', 0, 0, 0, 0, 0, 0, 0, 0]] = "{"u8.ToArray();
        _world.Restart();
        await _world.AdvanceAsync(TimeSpan.FromHours(2), Cancel);
        var row = await _world.FindAsync(lost, Cancel);
        Assert.Equal((NotificationStatus.Failed, RecipientsShard.Damaged), (row!.Status, row.Reason));
        Assert.Equal(NotificationStatus.Processed, (await _world.FindAsync(sent, Cancel))!.Status);
        Assert.Equal([sent], _world.Sent.Select(one => one.Uuid));
    }

    [Fact]
    public async Task A_damaged_page_of_statuses_does_not_keep_what_is_due_from_being_sent()
    {
        var uuids = new List<Guid>();
        for (var i = 0; i < 40; i++)
            uuids.Add(await PostDatedAsync());
        _world.State[0, StatusKeys.Page(1)]![20] ^= 1;
        // A report about a row of that page is a dead letter of the engine, which halves batches.
        _world.IsSilent = true;
        _world.Restart();
        await _world.AdvanceAsync(TimeSpan.FromHours(2), Cancel);
        Assert.Equal(uuids, _world.Sent.Select(one => one.Uuid));
    }

    [Fact]
    public async Task Damaged_timers_and_a_damaged_directory_make_the_shard_wait()
    {
        await PostDatedAsync();
        var root = _world.State[0, "W"u8.ToArray()]!.ToArray();
        await AssertWaitsAsync("W"u8.ToArray());
        // Once the entry is restored, everything goes on.
        _world.State[0, "W"u8.ToArray()] = root;
        _world.Restart();
        await _world.AdvanceAsync(TimeSpan.FromHours(2), Cancel);
        Assert.Single(_world.Sent);
        _world.State[0, StatusKeys.Directory0]![5] ^= 1;
        await AssertWaitsAsync(StatusKeys.Directory1);
        Assert.Empty(_world.Rejected);
    }

    [Fact]
    public async Task A_summary_of_an_old_chapter_that_is_damaged_does_not_keep_what_is_due_from_being_sent()
    {
        var uuid = await PostDatedAsync();
        // The summary of a chapter that the directory names, and that is not the newest one.
        for (var i = 0; i < 8200; i++)
            Post($"{Guid.NewGuid()}", "");
        await _world.SettleAllAsync(Cancel);
        _world.State[0, StatusKeys.Summary(0)]![6] ^= 1;
        _world.Restart();
        var before = _world.Sent.Count;
        await _world.AdvanceAsync(TimeSpan.FromHours(2), Cancel);
        Assert.Equal(before + 1, _world.Sent.Count);
        Assert.Equal(uuid, _world.Sent[^1].Uuid);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_dated_post_whose_destination_is_out_of_the_settings_waits_for_an_hour(bool comesBack)
    {
        var uuid = await PostDatedAsync();
        _world.Options = NotificationsServer.Usual with
        {
            Destinations = NotificationsServer.Usual.Destinations.Where(one => one.Key != "email").ToDictionary(),
        };
        _world.Restart();
        await _world.AdvanceAsync(TimeSpan.FromMinutes(61), Cancel);
        var waiting = (await _world.FindAsync(uuid, Cancel))!;
        Assert.Equal((NotificationStatus.NotProcessed, "settings"), (waiting.Status, waiting.Waits));
        if (comesBack)
        {
            _world.Options = NotificationsServer.Usual;
            _world.Restart();
        }
        for (var minutes = 0; minutes < 70; minutes++)
            await _world.AdvanceAsync(TimeSpan.FromMinutes(1), Cancel);
        var settled = (await _world.FindAsync(uuid, Cancel))!;
        Assert.Equal(
            comesBack ? (NotificationStatus.Processed, (string?)null) : (NotificationStatus.Failed, "not-configured"),
            (settled.Status, settled.Reason));
        Assert.Equal(comesBack ? 1 : 0, _world.Sent.Count);
    }

    private async Task AssertWaitsAsync(byte[] key)
    {
        var sound = _world.State[0, key]!.ToArray();
        _world.State[0, key]![5] ^= 1;
        _world.Restart();
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(() => _world.AdvanceAsync(TimeSpan.FromSeconds(1), Cancel));
        Assert.Contains("stand still, and nothing of them is lost", failure.Message, StringComparison.Ordinal);
        _world.State[0, key] = sound;
        _world.Restart();
    }

    private async Task<Guid> PostDatedAsync()
    {
        var uuid = Guid.NewGuid();
        var due = DateTimeOffset.FromUnixTimeMilliseconds(_world.NowMs).AddHours(1);
        Post($"{uuid}", $$""","notBefore":"{{due:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}" """.TrimEnd());
        await _world.SettleAllAsync(Cancel);
        return uuid;
    }

    private void Post(string uuid, string more) => _world.Publish(
        NotificationEvents.Topic, uuid, NotificationEvents.Post, $$"""{"uuid":"{{uuid}}","destination":"EMAIL","txt":"Hello"{{more}}}""");
}
