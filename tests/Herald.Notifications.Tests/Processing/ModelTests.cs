using System.Buffers;
using System.Text;
using Herald.Messages;
using Herald.Notifications.Posts;
using Herald.Notifications.Tests.Running;

namespace Herald.Notifications.Tests.Processing;

/// <summary>Random histories of both applications against a simple model: what was posted decides what is sent, and how often.</summary>
public sealed class ModelTests
{
    private const int Posts = 150;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Each_uuid_is_sent_once_whatever_comes_in_between(int seed)
    {
        await using var server = await NotificationsServer.StartAsync(isDoorOnly: true);
        await server.Engine.Catalog.EnsureTopicAsync(NotificationEvents.Topic, Cancel);
        await server.Engine.Catalog.EnsureTopicAsync(NotificationEvents.RecipientsTopic, Cancel);
        var options = NotificationsServer.Usual with
        {
            Limits = new Dictionary<string, LimitOptions> { ["email"] = new() { Most = 3, Within = TimeSpan.FromMinutes(10) } },
        };
        using var world = new ModelWorld(server.Engine, options, seed);
        var chance = new Random(seed + 1000);
        var outcome = new Dictionary<Guid, string>();
        world.Settle = uuid => outcome[uuid];
        var posted = new List<(Post Post, long AtMs)>();
        var conflicts = new Dictionary<Guid, int>();

        world.Publish(NotificationEvents.RecipientsTopic, "user:42", "record", """{"addresses":{"email":"p@example.com"}}""");
        world.Publish(
            NotificationEvents.RecipientsTopic, "email:gone@example.com", "suppress", """{"reason":"bounced","by":"test","at":"2027-01-01T00:00:00.000Z"}""");
        await world.SettleAllAsync(Cancel);
        for (var i = 0; i < Posts; i++)
        {
            var post = Draw(chance, world.NowMs);
            outcome[post.Uuid] = chance.Next(4) == 0 ? "exhausted" : "delivered";
            posted.Add((post, world.NowMs));
            Publish(world, post);
            if (chance.Next(3) == 0)
                Publish(world, posted[chance.Next(posted.Count)].Post);
            if (chance.Next(8) == 0)
            {
                var other = posted[chance.Next(posted.Count)].Post;
                Publish(world, other with { Text = "something else" });
                conflicts[other.Uuid] = conflicts.GetValueOrDefault(other.Uuid) + 1;
            }
            if (chance.Next(5) == 0)
                await world.AdvanceAsync(TimeSpan.FromSeconds(chance.Next(120)), Cancel);
        }
        await world.SettleAllAsync(Cancel);
        for (var hours = 0; hours < 48; hours++)
            await world.AdvanceAsync(TimeSpan.FromHours(1), Cancel);

        var sent = world.Sent.CountBy(one => one.Uuid).ToDictionary();
        foreach (var (post, _) in posted)
        {
            var row = await world.FindAsync(post.Uuid, Cancel);
            Assert.NotNull(row);
            Assert.Equal(conflicts.GetValueOrDefault(post.Uuid), row.Conflicts);
            var times = sent.GetValueOrDefault(post.Uuid);
            var expected = (row.Status, row.Reason, times);
            // Time goes in steps, so what is dated can have expired when it is looked at.
            if (post.ExpiresMs is not null && row.Status == NotificationStatus.Expired)
                Assert.Equal((NotificationStatus.Expired, null, 0), expected);
            else if (post.To == "gone@example.com")
                Assert.Equal((NotificationStatus.Failed, "suppressed", 0), expected);
            else if (post.To == "user:nobody")
                Assert.Equal((NotificationStatus.Failed, "no-record", 0), expected);
            else if (outcome[post.Uuid] == "delivered")
                Assert.Equal((NotificationStatus.Processed, null, 1), expected);
            else
                Assert.Equal((NotificationStatus.Failed, null, 1), expected);
            Assert.Null(row.Waits);
            if (times > 0 && post.NotBeforeMs is { } begin)
                Assert.True(row.SettledAtMs >= begin);
        }
        Assert.Equal(conflicts.Values.Sum(), world.Rejected.Count);
        Assert.All(world.Rejected, why => Assert.Contains("conflict", why, StringComparison.Ordinal));
        // The model is worth something only if each kind of end has happened.
        Assert.Contains(posted, one => one.Post.ExpiresMs is not null && !sent.ContainsKey(one.Post.Uuid));
        Assert.Contains(world.Sent, one => one.Message.GetProperty("to").GetString() == "p@example.com");
    }

    private static Post Draw(Random chance, long nowMs)
    {
        var bytes = new byte[16];
        chance.NextBytes(bytes);
        var isDated = chance.Next(4) == 0;
        var begin = nowMs + chance.Next(1, 3_600_000);
        return new Post
        {
            Uuid = new Guid(bytes),
            Destination = Destination.Email,
            Text = $"text {chance.Next(1000)}",
            To = chance.Next(8) switch
            {
                0 => "gone@example.com",
                1 => "user:nobody",
                2 or 3 => "user:42",
                _ => $"a{chance.Next(5)}@example.com",
            },
            Priority = chance.Next(5) == 0 ? MessagePriority.High : MessagePriority.Normal,
            NotBeforeMs = isDated ? begin : null,
            ExpiresMs = chance.Next(4) == 0 ? begin + 60_000 : null,
        };
    }

    private static void Publish(ModelWorld world, Post post)
    {
        var payload = new ArrayBufferWriter<byte>();
        PostWriter.Write(post, payload);
        world.Publish(NotificationEvents.Topic, $"{post.Uuid:D}", NotificationEvents.Post, Encoding.UTF8.GetString(payload.WrittenSpan));
    }
}
