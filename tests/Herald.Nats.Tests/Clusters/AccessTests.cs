using Herald.TestKit.Nats;
using Herald.TestKit.Time;

namespace Herald.Nats.Tests.Clusters;

/// <summary>Who may connect, and what they may do there.</summary>
public sealed class AccessTests
{
    private const string Users = """
        authorization {
          users: [
            { user: herald, password: "s3cret", permissions: { publish: ["allowed.>", "_INBOX.>"], subscribe: ["allowed.>", "_INBOX.>"] } }
          ]
        }
        """;

    private static CancellationToken End => TestConnection.End;

    [Fact]
    public async Task A_user_who_is_known_is_taken_and_another_is_told()
    {
        await using var server = await NatsServer.StartAsync(jetStream: false, Users);
        await using var connection = await TestConnection.OpenAsync(TestConnection.Options(server.Url) with { User = "herald", Password = "s3cret" });
        await connection.PublishConfirmedAsync(new("allowed.a", default), End);

        await using var stranger = TestConnection.Begin(TestConnection.Options(server.Url) with { User = "herald", Password = "guess" });
        await Until.HoldsAsync(() => stranger.Trouble?.Contains("Authorization Violation", StringComparison.Ordinal) == true, "it is told");
        Assert.DoesNotContain("guess", stranger.Trouble, StringComparison.Ordinal);
        Assert.Equal(0, stranger.Links);
    }

    [Fact]
    public async Task A_token_opens_too()
    {
        await using var server = await NatsServer.StartAsync(jetStream: false, "authorization { token: \"t0ken\" }");
        await using var connection = await TestConnection.OpenAsync(TestConnection.Options(server.Url) with { Token = "t0ken" });
        await connection.FlushAsync(End);
    }

    [Fact]
    public async Task What_may_not_be_published_fails_and_nothing_else_does()
    {
        await using var server = await NatsServer.StartAsync(jetStream: false, Users);
        await using var connection = await TestConnection.OpenAsync(TestConnection.Options(server.Url) with { User = "herald", Password = "s3cret" });

        var all = Enumerable.Range(0, 20).Select(i => connection.PublishConfirmedAsync(new(i % 2 == 0 ? "allowed.a" : "forbidden", default), End)).ToList();

        for (var i = 0; i < all.Count; i++)
        {
            if (i % 2 == 0)
                await all[i];
            else
                Assert.Contains("forbidden", (await Assert.ThrowsAsync<NatsRefusedException>(() => all[i])).Message, StringComparison.Ordinal);
        }
        await Assert.ThrowsAsync<NatsRefusedException>(() => connection.RequestAsync(new("forbidden", default), TimeSpan.FromMinutes(1), End));
        Assert.Equal(1, connection.Links);
    }

    [Fact]
    public async Task What_may_not_be_subscribed_ends_with_the_reason()
    {
        await using var server = await NatsServer.StartAsync(jetStream: false, Users);
        await using var connection = await TestConnection.OpenAsync(TestConnection.Options(server.Url) with { User = "herald", Password = "s3cret" });
        await using var forbidden = connection.Subscribe("forbidden");
        await using var queued = connection.Subscribe("also.forbidden", "group");
        await using var allowed = connection.Subscribe("allowed.*");

        Assert.Contains("forbidden", (await Assert.ThrowsAsync<NatsRefusedException>(() => forbidden.ReadAsync(End).AsTask())).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NatsRefusedException>(() => queued.ReadAsync(End).AsTask());
        await connection.PublishAsync(new("allowed.a", default), End);
        Assert.NotNull(await allowed.ReadAsync(End));
    }
}
