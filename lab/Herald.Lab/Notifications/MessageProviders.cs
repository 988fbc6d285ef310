using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Herald.LocalServers.Mail;
using Herald.LocalServers.Posts;
using Herald.LocalServers.Push;
using Herald.LocalServers.Sms;

namespace Herald.Lab.Notifications;

/// <summary>
/// A provider for each destination of notifications on this machine: a mail server, a gateway for text messages, a chat and a push service.
/// Each judges what it gets as its documents say. Each can go down and come back.
/// </summary>
public sealed partial class MessageProviders : IAsyncDisposable
{
    public const string Mail = "EMAIL", TextMessage = "SMS", Chat = "SLACK", Push = "PUSH";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("herald-providers-");
    private readonly SentTo _mails = new(Mail), _texts = new(TextMessage), _posts = new(Chat), _pushes = new(Push);
    private readonly LocalMailServer _mailServer;
    private FakeSmsGateway? _gateway;
    private FakeSlackWebhook? _chat;
    private FakeWebPush? _pushService;
    private FakeBrowser? _browser;

    private MessageProviders() => _mailServer = new(new()
    {
        Plan = step => _mails.IsDown && (step.Stage is MailStage.Greeting or MailStage.Sender)
            ? new MailAnswer.SayAndDrop(421, "4.3.2 The server is going down") : null,
        Taken = Take,
    });

    /// <summary>In the order of the destinations.</summary>
    public IReadOnlyList<SentTo> All => [_mails, _texts, _posts, _pushes];

    /// <summary>The file with the settings by which a server uses these providers.</summary>
    public string SettingsFile => Path.Combine(_folder.FullName, "herald.json");

    public static async Task<MessageProviders> StartAsync(TimeProvider time, CancellationToken cancel)
    {
        var providers = new MessageProviders();
        try
        {
            await providers.BeginAsync(time, cancel);
            return providers;
        }
        catch
        {
            await providers.DisposeAsync();
            throw;
        }
    }

    public SentTo Of(string destination) => All.First(one => one.Destination == destination);

    /// <summary>A recipient of a destination, by number; null for the chat, whose address says which room it is.</summary>
    public string? RecipientOf(string destination, int number) => destination switch
    {
        Mail => string.Create(CultureInfo.InvariantCulture, $"person{number}@example.com"),
        // Numbers that exist in Germany.
        TextMessage => string.Create(CultureInfo.InvariantCulture, $"+491701{number % 1_000_000:000000}"),
        Chat => null,
        _ => _browser!.Subscription.ToJsonString(),
    };

    /// <summary>From now on, the provider answers that it does not work.</summary>
    public void GoDown(string destination) => Set(destination, isDown: true);

    public void ComeBack(string destination) => Set(destination, isDown: false);

    /// <summary>For long runs: the providers count, and keep no more than they need for that.</summary>
    public void KeepLittle() => _gateway!.KeepsCalls = _chat!.KeepsCalls = false;

    public async ValueTask DisposeAsync()
    {
        await _mailServer.DisposeAsync();
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        if (_chat is not null)
            await _chat.DisposeAsync();
        if (_pushService is not null)
            await _pushService.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuid();

    [GeneratedRegex("^Message-ID: *(\\S+)", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex MessageId();

    private async Task BeginAsync(TimeProvider time, CancellationToken cancel)
    {
        _gateway = await FakeProvider.StartAsync(new FakeSmsGateway(), cancel);
        _gateway.Judged = (call, answer) => Take(_texts, call.BodyText, call.Header("idempotency-key") ?? "", answer.Status < 300);
        _chat = await FakeProvider.StartAsync(new FakeSlackWebhook(), cancel);
        // A webhook of this chat drops no repeats.
        _chat.Judged = (call, answer) => Take(_posts, call.BodyText, "", answer.Status < 300);
        _pushService = await FakePushService.StartAsync(new FakeWebPush(time), cancel);
        _pushService.Taken = push => Take(_pushes, push.Content, push.Call.Header("topic") ?? "", isTaken: true);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(false).Q;
        _browser = _pushService.Subscribe(Base64Url.EncodeToString([4, .. point.X!, .. point.Y!]));
        await File.WriteAllTextAsync(SettingsFile, Settings(key).ToJsonString(), cancel);
    }

    private JsonObject Settings(ECDsa key) => new()
    {
        ["email"] = Provider(new()
        {
            ["host"] = "127.0.0.1",
            ["port"] = _mailServer.Port,
            ["security"] = "none",
            ["privateNetwork"] = true,
            ["from"] = "Herald <herald@example.com>",
        }),
        ["sms"] = Provider(new()
        {
            ["kind"] = Write("gateway.json", FakeSmsGateway.Definition),
            ["privateNetwork"] = true,
            ["values"] = new JsonObject
            {
                ["key"] = new JsonObject { ["secret"] = FakeSmsGateway.Token },
                ["server"] = new JsonObject { ["text"] = _gateway!.Address.ToString() },
            },
        }),
        ["posts"] = Provider(new()
        {
            ["kind"] = "slack-webhook",
            ["privateNetwork"] = true,
            ["values"] = new JsonObject { ["url"] = new JsonObject { ["secret"] = _chat!.Webhook.ToString() } },
        }),
        ["webpush"] = Provider(new()
        {
            ["keyFile"] = Write("vapid.pem", key.ExportPkcs8PrivateKeyPem()),
            ["subject"] = "mailto:admin@example.com",
        }),
        ["notifications"] = new JsonObject
        {
            ["destinations"] = new JsonObject
            {
                ["email"] = new JsonObject { ["endpoint"] = "email://main" },
                ["sms"] = new JsonObject { ["endpoint"] = "sms://main" },
                ["slack"] = new JsonObject { ["endpoint"] = "post://main" },
                ["push"] = new JsonObject { ["endpoint"] = "webpush://main" },
            },
        },
    };

    private static JsonObject Provider(JsonObject provider) => new() { ["providers"] = new JsonObject { ["main"] = provider } };

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    private void Set(string destination, bool isDown)
    {
        Of(destination).IsDown = isDown;
        switch (destination)
        {
            case Mail when isDown:
                _mailServer.DropConnections();
                break;
            case TextMessage:
                _gateway!.Always = isDown ? PlannedAnswer.Unavailable : PlannedAnswer.Judged;
                break;
            case Chat:
                _chat!.Always = isDown ? PlannedAnswer.Unavailable : PlannedAnswer.Judged;
                break;
            case Push:
                _pushService!.WaitSeconds = null;
                _pushService.Always = isDown ? PushPlan.Unavailable : PushPlan.Judged;
                break;
        }
    }

    private void Take(ReceivedMail mail)
    {
        var content = Encoding.UTF8.GetString(mail.Content);
        var id = MessageId().Match(content).Groups[1].Value;
        Take(_mails, id, id, isTaken: true);
    }

    private static void Take(SentTo to, string text, string key, bool isTaken)
    {
        if (isTaken && Guid.TryParse(Uuid().Match(text).Value, out var uuid))
            to.Add(uuid, key);
    }
}
