using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Herald.Client;
using Herald.LocalServers.Mail;
using Herald.LocalServers.Posts;
using Herald.LocalServers.Push;
using Herald.LocalServers.Sms;
using Herald.TestKit.Receivers;
using Xunit;

namespace Herald.EndToEnd.OneFile;

/// <summary>
/// The released file sends mails, posts, text messages and push messages. Their libraries, key formats, numbering plans and presets are in
/// it, and a file with settings of providers is read as by the build.
/// </summary>
public sealed class ChannelsTests
{
    private const string Phone = "device-of-ann", Number = "0170 12345678";
    private static readonly string Tablet = string.Concat(Enumerable.Repeat("00fc13adff785122", 4));
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_for_a_person_goes_through_each_channel()
    {
        using var file = ReleasedFile.Copy();
        using var certificate = TestCertificate.Create();
        var mails = new ConcurrentQueue<ReceivedMail>();
        await using var mail = new LocalMailServer(new() { Certificate = certificate, Taken = mails.Enqueue });
        await using var slack = await FakeProvider.StartAsync(new FakeSlack(), Cancel);
        await using var twilio = await FakeProvider.StartAsync(new FakeTwilio(), Cancel);
        await using var browsers = await FakePushService.StartAsync(new FakeWebPush(TimeProvider.System), Cancel);
        await using var firebase = await FakePushService.StartAsync(new FakeFcm(TimeProvider.System), Cancel);
        await using var apple = await FakePushService.StartAsync(new FakeApns(TimeProvider.System), Cancel);
        firebase.Devices[Phone] = FakeFcm.Project;
        apple.Devices[Tablet] = FakeApns.Topic;
        var keys = await file.RunAsync(Cancel, "push", "keys");
        Assert.True(keys.Code == 0, keys.Error);
        var browser = browsers.Subscribe((string)JsonNode.Parse(keys.Out)!["publicKey"]!);
        var settings = Write("herald.json", new JsonObject
        {
            ["email"] = Provider(new()
            {
                ["host"] = "127.0.0.1",
                ["port"] = mail.Port,
                ["caFile"] = Write("ca.pem", certificate.ExportCertificatePem()),
                ["privateNetwork"] = true,
                ["from"] = "Herald <herald@example.com>",
            }),
            ["posts"] = Provider(new()
            {
                ["kind"] = "slack",
                ["to"] = FakeSlack.Channel,
                ["privateNetwork"] = true,
                ["values"] = Values(("token", "file", Write("slack-token", FakeSlack.Token)), ("server", "text", slack.Address.ToString())),
            }),
            ["sms"] = Provider(new()
            {
                ["kind"] = "twilio",
                ["privateNetwork"] = true,
                ["values"] = Values(
                    ("account", "text", FakeTwilio.Account), ("token", "secret", FakeTwilio.Token), ("from", "text", FakeTwilio.From),
                    ("server", "text", twilio.Address.ToString())),
            }),
            ["webpush"] = Provider(new() { ["keyFile"] = Write("vapid.json", keys.Out), ["subject"] = "mailto:admin@example.com" }),
            ["fcm"] = Provider(new() { ["accountFile"] = Write("account.json", firebase.AccountFile), ["url"] = firebase.Address.ToString() }),
            ["apns"] = Provider(new()
            {
                ["keyFile"] = Write("key.p8", apple.KeyFile),
                ["keyId"] = FakeApns.KeyId,
                ["teamId"] = FakeApns.TeamId,
                ["topic"] = FakeApns.Topic,
                ["url"] = apple.Address.ToString(),
            }),
        }.ToJsonString());

        await file.ServeAsync(
            async (address, _) =>
            {
                using var client = new HeraldClient(address, null);
                await SendAsync(client, "email://main", "ann@example.com");
                await SendAsync(client, "post://main", null);
                await SendAsync(client, "sms://main", Number);
                await SendAsync(client, "webpush://main", browser.Subscription);
                await SendAsync(client, "fcm://main", Phone);
                await SendAsync(client, "apns://main", Tablet);

                int[] Counts() =>
                [
                    mails.Count, slack.Accepted.Count, twilio.Accepted.Count,
                    browsers.Accepted.Count, firebase.Accepted.Count, apple.Accepted.Count,
                ];
                await Wait.UntilAsync(
                    () => Counts().All(count => count > 0), Patience, () => $"Messages came: {string.Join(", ", Counts())}.", Cancel);
            },
            Cancel, "serve", "--config", settings, "--set", "sms.region=DE");

        var received = Assert.Single(mails);
        Assert.Equal(["ann@example.com"], received.Recipients);
        Assert.True(received.IsEncrypted);
        Assert.Contains("The disk of db-1 is full.", Encoding.UTF8.GetString(received.Content), StringComparison.Ordinal);
        Assert.Equal(new AcceptedPost(FakeSlack.Channel, "Disk\nThe disk of db-1 is full."), Assert.Single(slack.Accepted));
        Assert.Equal(new AcceptedPost("+4917012345678", "The disk of db-1 is full."), Assert.Single(twilio.Accepted));
        AcceptedPush[] pushes = [Assert.Single(browsers.Accepted), Assert.Single(firebase.Accepted), Assert.Single(apple.Accepted)];
        Assert.Equal([browser.Endpoint.AbsolutePath, Phone, Tablet], pushes.Select(push => push.Device));
        Assert.All(pushes, push => Assert.Contains("The disk of db-1 is full.", push.Content, StringComparison.Ordinal));
        file.AssertAlone();

        string Write(string name, string content)
        {
            var path = Path.Combine(file.Data, name);
            File.WriteAllText(path, content);
            return path;
        }
    }

    private static JsonObject Provider(JsonObject provider) => new() { ["providers"] = new JsonObject { ["main"] = provider } };

    private static JsonObject Values(params (string Name, string Form, string Value)[] values) =>
        new(values.Select(value => KeyValuePair.Create<string, JsonNode?>(value.Name, new JsonObject { [value.Form] = value.Value })));

    /// <summary>Subscribes the endpoint to a topic of its own, and publishes a message for this recipient.</summary>
    private static async Task SendAsync(HeraldClient client, string endpoint, JsonNode? to)
    {
        var topic = new Uri(endpoint).Scheme;
        await client.Topics.PutAsync(topic, cancel: Cancel);
        var made = await client.Subscriptions.PutAsync(
            topic, new SubscriptionDefinition { Topic = topic, Endpoint = endpoint }, cancel: Cancel);
        Assert.True(made.Succeeded, made.Text);
        var message = new JsonObject { ["subject"] = "Disk", ["text"] = "The disk of db-1 is full." };
        if (to is not null)
            message["to"] = to;
        var answer = await client.Events.PublishAsync(topic, new NewEvent { Key = "ann", Payload = message.ToJsonString() }, Cancel);
        Assert.True(answer.Succeeded, answer.Text);
    }
}
