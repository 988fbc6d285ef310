using Herald.Lab.Processes;
using System.Collections.Concurrent;
using System.Text;
using Herald.Client;
using Herald.Lab.Alarms;
using Herald.Lab.Receivers;
using Herald.TestKit.Nats;
using Xunit;

namespace Herald.EndToEnd.Alarms;

public sealed class WebhookTests
{
    private const int Users = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_webhook_for_digests_gets_what_NATS_gets_in_each_users_order()
    {
        await using var nats = await NatsServer.StartAsync();
        await using var herald = await OwnHerald.StartAsync(ServerProcess.Alarms, Cancel, "--nats", nats.Url);
        await using var ear = await DigestEar.ListenAsync(nats.Url, Cancel);
        var received = new ConcurrentQueue<(string User, string Text)>();
        await using var receiver = await WebhookReceiver.StartAsync(
            "digests", null, new Conduct.Healthy(), webhook => received.Enqueue((Digest.UserOf(webhook.Body), Encoding.UTF8.GetString(webhook.Body.Span))), TimeProvider.System, new Random(1), Cancel);
        var reply = await herald.Client.Subscriptions.PutAsync(
            "hook", new SubscriptionDefinition { Topic = "alarm-digests", Endpoint = $"{receiver.Endpoint}" }, cancel: Cancel);
        Assert.True(reply.Succeeded, reply.Text);

        var ledger = new DigestLedger(TimeProvider.System);
        await new AlarmPublisher(ear.Connection, kept: true, Patience, TimeProvider.System).PublishAsync(new AlarmGenerator(1, ledger).Burst(1, Users), Cancel);
        await ear.UntilAsync(ledger.Expected, Cancel);
        await Wait.UntilAsync(() => received.Count >= ledger.Expected, Patience, () => $"{received.Count} webhooks of {ledger.Expected} have come. {herald.Server.LastOutput}", Cancel);

        foreach (var (user, text) in received)
            ledger.Take(user, text);
        Assert.True(ledger is { Missing: 0, Wrong: 0, Repeats: 0 }, string.Join('\n', ledger.Samples()));
        var byUser = received.ToLookup(digest => digest.User, digest => digest.Text);
        Assert.All(byUser, user => Assert.Equal(ear.Of(user.Key), user));
        Assert.Equal(ear.Count, received.Count);
    }
}
