using Herald.LocalServers.Posts;

namespace Herald.Posts.Tests;

/// <summary>A preset, with the fake of its service and the settings for that.</summary>
internal sealed record PresetCase(string Preset, Func<FakeProvider> Create, Func<FakeProvider, PostProviderOptions> Options, string To)
{
    private static readonly PresetCase[] All =
    [
        new(
            "slack", () => new FakeSlack(), fake => Values.Of("slack", ("token", Values.Secret(FakeSlack.Token)), Server(fake)),
            $"/{FakeSlack.Channel}"),
        new(
            "slack-webhook", () => new FakeSlackWebhook(),
            fake => Values.Of("slack-webhook", ("url", Values.Secret(((FakeSlackWebhook)fake).Webhook))), ""),
        new("discord", () => new FakeDiscord(), fake => Values.Of("discord", ("url", Values.Secret(((FakeDiscord)fake).Webhook))), ""),
        new("teams", () => new FakeTeams(), fake => Values.Of("teams", ("url", Values.Secret(((FakeTeams)fake).Webhook))), ""),
        new(
            "pagerduty", () => new FakePagerDuty(),
            fake => Values.Of("pagerduty", ("routing-key", Values.Secret(FakePagerDuty.RoutingKey)), Server(fake)), ""),
        new(
            "ntfy", () => new FakeNtfy(), fake => Values.Of("ntfy", ("token", Values.Secret(FakeNtfy.Token)), Server(fake)),
            $"/{FakeNtfy.Topic}"),
        new(
            "telegram", () => new FakeTelegram(), fake => Values.Of("telegram", ("token", Values.Secret(FakeTelegram.Token)), Server(fake)),
            $"/{FakeTelegram.Chat}"),
    ];

    public string Endpoint => $"post://main{To}";

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(one => one.Preset)];

    public static PresetCase Of(string preset) => All.Single(one => one.Preset == preset);

    private static (string, PostValueOptions) Server(FakeProvider fake) => ("server", Values.Text(fake.Address.ToString()));
}
