using Herald.Hosting.Settings;
using Herald.Posts.Hosting;

namespace Herald.Posts.Tests;

/// <summary>What is wrong with the settings is said with the setting, its value and what is allowed. Secrets are never shown.</summary>
public sealed class SettingTests
{
    private static readonly PostProviderOptions Good = Values.Of("slack", ("token", Values.Secret("xoxb-1-hunter2")));

    [Fact]
    public void A_preset_with_its_values_is_enough() => Assert.Empty(Check(Good));

    [Fact]
    public void What_does_not_fit_is_refused_with_the_name_of_the_setting()
    {
        Refuses(Values.Of("slak"), "kind", "no preset (discord, ntfy, pagerduty, slack, slack-webhook, teams, telegram)");
        Refuses(Values.Of("/"), "kind", "as a file it cannot be read");
        Refuses(Values.Of("slack"), "values.token", "It is missing: The token of the bot");
        Refuses(Values.Of("slack", ("token", Values.Text("xoxb-hunter2"))), "values.token", "It is a secret, and text would be shown");
        Refuses(Values.Of("slack", ("token", new() { Secret = "hunter2", File = "/x" })), "values.token", "exactly one of text, secret");
        Refuses(Values.Of("slack", ("token", new() { File = "/no/such/file" })), "values.token.file", "it does not exist");
        Refuses(Values.Of("slack", ("token", Values.Secret("hunter2\r\nX: y"))), "values.token", "control character");
        Refuses(Values.Of("slack", ("token", Values.Secret("hunter2é"))), "values.token", "not in ASCII");
        Refuses(
            Values.Of("slack", ("token", Values.Secret("xoxb-1")), ("colour", Values.Text("red"))),
            "values.colour", "It has token, server");
        Refuses(
            Values.Of("slack", ("token", Values.Secret("xoxb-1")), ("server", Values.Text("slack.com"))), "values.server", "https:// or");
        Refuses(Values.Of("discord", ("url", Values.Secret("ftp://hunter2"))), "values.url", "https:// or http://");
        Refuses(Values.Of("discord", ("url", Values.Secret("https://u:hunter2@x.test"))), "values.url", "a user or a password");
        Refuses(Values.Of("slack", ("token", Values.Secret("xoxb1"))), "values.token", "shorter than 6 characters");
        Refuses(Values.Of("discord", ("url", Values.Secret("http://hooks.example/hunter2"))), "values.url", "set privateNetwork");
        Assert.Empty(Check(Values.Of("discord", ("url", Values.Secret("http://hooks.example/hunter2"))) with { PrivateNetwork = true }));
        Refuses(Good with { To = "a b" }, "to", "A channel or a person by id");
        Refuses(Values.Of("discord", ("url", Values.Secret("https://x.test/hunter2"))) with { To = "#a" }, "to", "has no recipients");
        Refuses(Good with { Then = "other" }, "then", "posts.providers.other");
    }

    [Fact]
    public async Task What_is_wrong_in_a_file_is_refused_with_the_file_the_place_and_the_value()
    {
        await using var place = new PostPlace();
        var kind = place.Define("""{"about": "a", "url": "https://x.test/{{who}}", "json": {"a": ["{{tex}}"]}, "answers": []}""");

        var errors = Check(Values.Of(kind));

        Assert.Equal(("posts.providers.main.kind", kind), (Assert.Single(errors).Setting, errors[0].Value));
        Assert.Contains(errors, error => error.Rule.Contains("/url is '{{who}}'. There is no such value.", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Rule.Contains("/json/a/0 is '{{tex}}'.", StringComparison.Ordinal));
        var broken = place.Define("{\n  \"about\": x}", "broken.json");
        Assert.Contains("line 2, byte 12", Assert.Single(Check(Values.Of(broken))).Rule, StringComparison.Ordinal);
    }

    [Theory]
    // A message must not choose where the secrets go.
    [InlineData("https://{{to}}.desk.example/x", "https://a.test", "must not choose the host")]
    [InlineData("https://{{data.region}}/x", "https://a.test", "must not choose the host")]
    [InlineData("https://desk.example:{{data.port}}", "https://a.test", "must not choose the host")]
    [InlineData("{{data.url}}/x", "https://a.test", "must not choose the host")]
    [InlineData("http://desk.example/x", "https://a.test", "set privateNetwork")]
    [InlineData("{{ server }}/x", "https://a.test/?k=1", "The address of server has a query")]
    public async Task An_address_that_a_definition_must_not_have_is_refused(string url, string server, string rule)
    {
        await using var place = new PostPlace();
        var kind = place.Define($$$"""
            {"about": "a", "values": {"server": {"about": "s", "form": "address"}}, "to": {"rule": "Any."}, "url": "{{{url}}}", "json": {}}
            """);
        var error = Assert.Single(Check(Values.Of(kind, ("server", Values.Text(server)))));
        Assert.Contains("/url is", error.Rule, StringComparison.Ordinal);
        Assert.Contains(rule, error.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_a_header_cannot_hold_is_refused()
    {
        await using var place = new PostPlace();
        var kind = place.Define("""
            {"about": "a", "values": {"board": {"about": "b"}}, "url": "https://a.test", "headers": {"X-Board": "{{ board }}"}, "json": {}}
            """);
        var error = Assert.Single(Check(Values.Of(kind, ("board", Values.Text("Köln")))));
        Assert.Contains("A header is ASCII, and the value of board is not.", error.Rule, StringComparison.Ordinal);
        Assert.Empty(Check(Values.Of(kind, ("board", Values.Text("Bonn")))));
    }

    [Fact]
    public async Task A_secret_comes_from_a_file_without_its_line_break()
    {
        await using var place = new PostPlace();
        await using var fake = await LocalServers.Posts.FakeProvider.StartAsync(new LocalServers.Posts.FakeSlack(), PostPlace.TestEnd);
        var file = place.Define(LocalServers.Posts.FakeSlack.Token + "\n", "token");
        var channel = place.Channel((
            "main", Values.Of("slack", ("token", new() { File = file }), ("server", Values.Text(fake.Address.ToString())))));
        Assert.Equal("", (await place.TryAsync(channel, $"post://main/{LocalServers.Posts.FakeSlack.Channel}", new { text = "t" })).Reason);
    }

    [Fact]
    public async Task A_token_in_a_file_is_replaced_without_a_restart()
    {
        await using var place = new PostPlace();
        await using var fake = await LocalServers.Posts.FakeProvider.StartAsync(new LocalServers.Posts.FakeSlack(), PostPlace.TestEnd);
        var file = place.Define("xoxb-an-old-token", "token");
        var channel = place.Channel((
            "main", Values.Of("slack", ("token", new() { File = file }), ("server", Values.Text(fake.Address.ToString())))));
        var endpoint = $"post://main/{LocalServers.Posts.FakeSlack.Channel}";
        var refused = await place.TryAsync(channel, endpoint, new { text = "one" });
        Assert.Contains("invalid_auth", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(1, fake.Calls.Count);

        // The refusal makes the file be read again, so no post waits for the next look.
        place.Define(LocalServers.Posts.FakeSlack.Token, "token");
        Assert.Equal("", (await place.TryAsync(channel, endpoint, new { text = "two" })).Reason);
        Assert.Equal(3, fake.Calls.Count);

        // A file that cannot be used changes nothing.
        place.Define("x", "token");
        place.Clock.Advance(TimeSpan.FromSeconds(10));
        for (var n = 0; n < 3; n++)
            Assert.Equal("", (await place.TryAsync(channel, endpoint, new { text = "three" })).Reason);
    }

    [Fact]
    public void Settings_from_a_file_and_from_the_environment_are_merged_and_shown_without_secrets()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, """
            {"posts": {"providers": {"team": {"kind": "slack", "to": "C0123ABCD", "values": {"token": {"secret": "xoxb-hunter2"}}}}}}
            """);
        try
        {
            var loaded = new SettingSet(new PostsModule().Sections).Load(new()
            {
                File = file,
                Environment = [new("HERALD__POSTS__PROVIDERS__TEAM__VALUES__SERVER__TEXT", "https://slack-gov.com")],
            });

            Assert.Empty(loaded.Errors);
            var provider = Assert.Single(loaded.Options.Get<PostOptions>().Providers);
            Assert.Equal(("team", "slack"), (provider.Key, provider.Value.Kind));
            Assert.Equal("https://slack-gov.com", provider.Value.Values["server"].Text);
            var shown = string.Join('\n', loaded.Effective().Select(setting => $"{setting.Name} {setting.Value}"));
            Assert.Contains("posts.providers.team.values.token.secret (hidden)", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", shown, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void Refuses(PostProviderOptions options, string setting, string rule)
    {
        var error = Assert.Single(Check(options));
        Assert.Equal($"posts.providers.main.{setting}", error.Setting);
        Assert.Contains(rule, error.Rule, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    private static IReadOnlyList<SettingError> Check(PostProviderOptions options)
    {
        var section = Assert.IsType<SettingSection<PostOptions>>(Assert.Single(new PostsModule().Sections));
        return section.Check(new() { Providers = new Dictionary<string, PostProviderOptions> { ["main"] = options } });
    }
}
