using Herald.Engine.Channels;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Messages;
using Herald.Outbound;
using Herald.Outbound.Hosting;
using Herald.Posts.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Herald.Posts.Tests;

/// <summary>A recipient that no service can have is refused before anything is sent: in endpoints, and when an application asks.</summary>
public sealed class RecipientTests
{
    private static readonly PostProviderOptions
        Slack = Values.Of("slack", ("token", Values.Secret("xoxb-1"))),
        Telegram = Values.Of("telegram", ("token", Values.Secret("1:x-token"))),
        Discord = Values.Of("discord", ("url", Values.Secret("https://discord.test/hook")));

    [Fact]
    public async Task An_endpoint_with_a_recipient_that_its_provider_cannot_have_is_refused()
    {
        await using var place = new PostPlace();
        var channel = place.Channel(("team", Slack), ("hook", Discord));

        Assert.Null(channel.Refuse(new("post://team")));
        Assert.Null(channel.Refuse(new("post://team/C0123ABCD")));
        Assert.Null(channel.Refuse(new("post://hook")));
        Assert.Contains("'a b': A channel or a person by id", channel.Refuse(new("post://team/a%20b")), StringComparison.Ordinal);
        Assert.Contains("'C0123ABCD': This provider has no", channel.Refuse(new("post://hook/C0123ABCD")), StringComparison.Ordinal);
        Assert.Contains("control character", channel.Refuse(new("post://team/a%0Ab")), StringComparison.Ordinal);
        Assert.Contains("'else' is not in posts.providers", channel.Refuse(new("post://else/C0123ABCD")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("C0123ABCD", null)]
    [InlineData("anything", null)]
    [InlineData("", "It is empty")]
    [InlineData("a\nb", "control character")]
    public void Without_any_provider_applications_get_the_rule_for_all(string to, string? told)
    {
        var (module, services) = (new PostsModule(), new ServiceCollection());
        module.AddServices(services, new SettingSet(module.Sections).Load(new()).Options);
        using var container = services.BuildServiceProvider();

        Assert.Empty(container.GetServices<IChannel>());
        Tells(told, container.GetRequiredService<IRecipientCheck>(), to);
    }

    [Theory]
    [InlineData("C0123ABCD", null)]
    [InlineData("-1001234567890", null)]
    [InlineData("two words", "A channel or a person by id")]
    [InlineData("two words", "The id of a chat")]
    public void What_one_provider_accepts_is_accepted(string to, string? told)
    {
        var providers = new Dictionary<string, PostProviderOptions> { ["team"] = Slack, ["family"] = Telegram };
        using var sender = new HttpSender(new OutboundOptions { Guard = false }, TimeProvider.System);
        var check = new PostRecipientCheck([.. providers.Select(
            provider => PostProvider.Create(provider.Key, provider.Value, Definitions.Presets.Posts, sender))]);

        Tells(told, check, to);
    }

    [Fact]
    public void The_module_brings_one_channel_and_the_rule_of_its_providers()
    {
        var (module, outbound, services) = (new PostsModule(), new OutboundModule(), new ServiceCollection());
        var sections = (SettingSection[])[.. outbound.Sections, .. module.Sections];
        var loaded = new SettingSet(sections).Load(new()
        {
            Environment =
            [
                new("HERALD__POSTS__PROVIDERS__HOOK__KIND", "discord"),
                new("HERALD__POSTS__PROVIDERS__HOOK__VALUES__URL__SECRET", "https://discord.test/hook"),
            ],
        });
        Assert.Empty(loaded.Errors);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new ServerExposure(IsLocalOnly: true));
        foreach (var section in sections)
            section.AddTo(services, loaded.Options);
        outbound.AddServices(services, loaded.Options);
        module.AddServices(services, loaded.Options);
        using var container = services.BuildServiceProvider();

        Assert.Equal(["post"], Assert.IsType<PostChannel>(Assert.Single(container.GetServices<IChannel>())).Schemes);
        Tells("This provider has no recipients", container.GetRequiredService<IRecipientCheck>(), "C0123ABCD");
    }

    private static void Tells(string? told, IRecipientCheck check, string to)
    {
        Assert.Equal(Destination.Slack, check.Kind);
        var problem = check.Refuse(to);
        Assert.Equal(told is null, problem is null);
        Assert.Contains(told ?? "", problem ?? "", StringComparison.Ordinal);
    }
}
