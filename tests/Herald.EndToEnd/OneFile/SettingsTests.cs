using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Herald.Cli.CommandLine;
using Xunit;

namespace Herald.EndToEnd.OneFile;

/// <summary>
/// Settings are properties that are found by reflection, which a file that is compiled ahead of time contains only where it is told to. So
/// every setting is set, in the file and in this process, and both must print the same.
/// </summary>
public sealed partial class SettingsTests
{
    // Values for settings that are texts, whatever their form is.
    private static readonly string[] Texts =
    [
        "x", "/tmp/x", "127.0.0.1:9", "nats://127.0.0.1:9", "http://127.0.0.1:9", "10.0.0.0/8", "Host=h;Database=d;Username=u",
        "b@example.com", "mailto:b@example.com", "+491701234567", "ABCDE12345", "US",
    ];

    // With items, so that the settings of items are shown and can be set too.
    private static readonly string[] Items =
    [
        "kafka.clusters.main.servers=a:1", "kafka.sources.0.cluster=main", "kafka.sources.0.topic=o", "kafka.sources.0.to=e",
        "nats.clusters.main.servers=nats://a:1", "nats.sources.0.cluster=main", "nats.sources.0.subject=s", "nats.sources.0.to=e",
        "email.providers.main.host=h", "email.providers.main.from=a@example.com",
        "posts.providers.main.kind=slack", "posts.providers.main.values.token.secret=xxxxxxxx",
        "sms.providers.main.kind=twilio", "sms.providers.main.values.account.text=x", "sms.providers.main.values.token.secret=xxxxxxxx",
        "webpush.providers.main.keyFile=/tmp/k", "webpush.providers.main.subject=mailto:a@example.com",
        "fcm.providers.main.accountFile=/tmp/k",
        "apns.providers.main.keyFile=/tmp/k", "apns.providers.main.keyId=ABC123DEFG", "apns.providers.main.teamId=DEF123GHIJ",
        "apns.providers.main.topic=a.b",
        "notifications.destinations.email.endpoint=email://main", "notifications.limits.email.most=5", "notifications.templates.t.text=x",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [GeneratedRegex(@"^(\d+)([A-Za-z]*)$")]
    private static partial Regex Amount();

    [Theory]
    [InlineData("", "config")]
    [InlineData("orders.", "orders", "config")]
    [InlineData("alarms.", "alarms", "config")]
    [InlineData("notifications.", "notifications", "config")]
    public async Task Every_setting_can_be_set(string prefix, params string[] command)
    {
        using var file = ReleasedFile.Copy();
        // An application has the settings of the server too, and gives some of them itself.
        string[] items = [.. Items.Where(item => item.StartsWith(prefix, StringComparison.Ordinal))];
        await AssertSameAsync(file, [.. command, "--all"]);
        var settings = Parse((await AssertSameAsync(file, [.. command, "--all", "--json", .. Given(items)])).Out);
        Assert.True(settings.Count > 80);
        // The kind of a provider decides which values it has. Both are among the items, and so were set above.
        foreach (var setting in settings.Where(setting => setting.Name.StartsWith(prefix, StringComparison.Ordinal)
            && !setting.Name.EndsWith(".kind", StringComparison.Ordinal) && !setting.Name.Contains(".values.", StringComparison.Ordinal)))
        {
            var changed = false;
            foreach (var value in OthersThan(setting))
            {
                // An item must have some values, and nothing can be given twice. Some settings exclude each other.
                var excluded = setting.Name switch
                {
                    "notifications.destinations.email.external" => "notifications.destinations.email.endpoint=",
                    "notifications.recipients" => "notifications.limits.",
                    _ => $"{setting.Name}=",
                };
                var others = items.Where(item => !item.StartsWith(excluded, StringComparison.Ordinal));
                // What this value needs beside it.
                string[] needed = setting.Name switch
                {
                    "store" => ["postgres.connection=Host=a;Database=b"],
                    "requireToken" => ["tokenFile=token"],
                    "kafka.sources.0.cluster" => [$"kafka.clusters.{value}.servers=a:1"],
                    "nats.sources.0.replicas" => ["nats.sources.0.stream=S"],
                    "nats.sources.0.cluster" => [$"nats.clusters.{value}.servers=nats://a:1"],
                    "email.providers.main.user" => ["email.providers.main.password=x"],
                    "email.providers.main.password" or "email.providers.main.passwordFile" => ["email.providers.main.user=x"],
                    "email.providers.main.token" or "email.providers.main.tokenFile" =>
                        ["email.providers.main.user=x", "email.providers.main.auth=xoauth2"],
                    // Another provider of the same section.
                    _ when setting.Name.EndsWith(".providers.main.then", StringComparison.Ordinal) =>
                    [
                        .. items.Where(item => item.StartsWith(setting.Name[..^"main.then".Length], StringComparison.Ordinal))
                            .Select(item => item.Replace(".main.", $".{value}.", StringComparison.Ordinal)),
                    ],
                    _ => [],
                };
                string[] arguments = [.. command, "--all", "--json", .. Given([.. others, .. needed, $"{setting.Name}={value}"])];
                var run = await HereAsync(arguments);
                if (run.Code != 0)
                    continue;
                var now = Parse(run.Out).Single(one => one.Name == setting.Name);
                if (now.Source != "command line" || now.Value == setting.Value)
                    continue;
                await AssertSameAsync(file, arguments);
                changed = true;
                break;
            }
            Assert.True(changed, $"No value was found for {setting.Name}: {setting.Rule}");
        }
        file.AssertAlone();
    }

    private static IEnumerable<string> Given(IEnumerable<string> settings) => settings.SelectMany(setting => (string[])["--set", setting]);

    private static async Task<HeraldRun> AssertSameAsync(ReleasedFile file, string[] arguments)
    {
        var (here, there) = (await HereAsync(arguments), await file.RunAsync(Cancel, arguments));
        Assert.Equal((here.Out, here.Error, here.Code), (there.Out, there.Error, there.Code));
        return here;
    }

    private static async Task<HeraldRun> HereAsync(string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await HeraldCommandLine.RunAsync(arguments, output, error, TimeProvider.System, Cancel);
        return new(code, output.ToString(), error.ToString());
    }

    private static IEnumerable<string> OthersThan(Setting setting)
    {
        var value = setting.Value ?? "";
        IEnumerable<string> numbers = Amount().Match(value) is { Success: true } amount
            ? new[] { 1, -1 }.Select(step => long.Parse(amount.Groups[1].Value, CultureInfo.InvariantCulture) + step)
                .Select(number => number.ToString(CultureInfo.InvariantCulture) + amount.Groups[2].Value)
            : ["1", "1s", "1MiB", "1h"];
        var names = setting.Rule.TrimEnd('.').Split([", ", "; ", " or ", "One of ", "One or several of ", "Either "], StringSplitOptions.None);
        return names.Concat(numbers).Concat(Texts)
            .Where(other => other != value && !other.Contains(' ', StringComparison.Ordinal) && other.Length > 0);
    }

    private static List<Setting> Parse(string json)
    {
        using var settings = JsonDocument.Parse(json);
        return
        [
            .. settings.RootElement.EnumerateArray().Select(setting => new Setting(
                setting.GetProperty("name").GetString()!, setting.GetProperty("value").GetString(),
                setting.GetProperty("source").GetString()!, setting.GetProperty("rule").GetString()!)),
        ];
    }

    private sealed record Setting(string Name, string? Value, string Source, string Rule);
}
