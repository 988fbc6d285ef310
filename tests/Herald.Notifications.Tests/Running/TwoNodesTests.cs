using Herald.Hosting.Settings;
using Herald.Postgres;
using Herald.Server;
using Herald.TestKit.Databases;

namespace Herald.Notifications.Tests.Running;

/// <summary>Two nodes over one PostgreSQL database.</summary>
public sealed class TwoNodesTests
{
    [Fact]
    public async Task The_same_uuid_at_both_nodes_at_once_is_new_once_and_sent_once()
    {
        var postgres = await PostgresServer.SharedAsync();
        var connection = await postgres.CreateDatabaseAsync("notifications");
        BoundOptions Over(BoundOptions options) => options.With<ServerOptions>(own => own with { Store = "postgres" })
            .With<PostgresOptions>(own => own with { Connection = connection, ShardCount = 8 });
        var channel = new ScriptedChannel();
        await using var one = await NotificationsServer.StartAsync(channel: channel, with: Over);
        await using var other = await NotificationsServer.StartAsync(channel: channel, with: Over);

        var uuids = Enumerable.Range(0, 20).Select(_ => Guid.NewGuid()).ToList();
        await Task.WhenAll(uuids.Select(async uuid =>
        {
            var answers = await Task.WhenAll(one.PostAsync(uuid), other.PostAsync(uuid), one.PostAsync(uuid), other.PostAsync(uuid));
            Assert.Equal([200, 200, 200, 201], answers.Select(answer => (int)answer.Status).Order());
            (await other.PostAsync(uuid, """ "txt":"Bye","destination":"EMAIL" """)).IsProblem(409, "uuid-conflict");
            // Each node finds what the other one has taken.
            (await one.StatusAsync(uuid)).Is(200);
            (await other.StatusAsync(uuid)).Is(200);
        }));
        foreach (var uuid in uuids)
        {
            await one.UntilStatusAsync(uuid, "PROCESSED");
            Assert.Equal("PROCESSED", (await other.PostAsync(uuid)).Is(200)["status"]);
        }
        Assert.Equal(
            uuids.Select(uuid => $"{uuid}").Order(StringComparer.Ordinal),
            channel.Tried.Select(tried => tried.Message["uuid"]!.ToString()).Order(StringComparer.Ordinal));
        var page = (await other.GetAsync("/v1/notifications?limit=100")).Is(200);
        Assert.Equal(uuids.Count, page.Items.Count);
    }
}
