using Herald.Hosting.Settings;
using Herald.Journal.Hosting;
using Herald.Outbound.Hosting;
using Herald.Push.Hosting;
using Herald.Server;

namespace Herald.Push.Tests.Hosting;

public sealed class SettingTests
{
    private static readonly ModuleSet Modules = new(new JournalModule(), new OutboundModule(), new PushModule());

    [Theory]
    [InlineData("webpush.providers.main.subject", "admin@example.com", "An address like mailto:admin@example.com")]
    [InlineData("webpush.providers.main.subject", "http://example.com", "An address like mailto:admin@example.com")]
    [InlineData("webpush.providers.main.subject", "mailto:admin@localhost", "Apple's service refuses localhost")]
    [InlineData("webpush.providers.main.subject", "mailto:<admin@example.com>", "An address like mailto:admin@example.com")]
    [InlineData("webpush.providers.main.subject", "mailto: admin@example.com", "An address like mailto:admin@example.com")]
    [InlineData("webpush.providers.ma_in.keyFile", "/key", "A name has up to 63 lower-case letters")]
    [InlineData("fcm.providers.main.url", "http://example.com", "An https:// URL without credentials")]
    [InlineData("fcm.providers.main.url", "https://user:word@example.com", "An https:// URL without credentials")]
    [InlineData("fcm.providers.main.lifetime", "29d", "A duration from 0s to 28d")]
    [InlineData("apns.providers.main.keyId", "abc", "10 capital letters and digits")]
    [InlineData("apns.providers.main.teamId", "ABC123DEF", "10 capital letters and digits")]
    [InlineData("apns.providers.main.topic", "com.example/app", "Up to 155 letters")]
    [InlineData("apns.providers.main.rate", "0", "A whole number from 1")]
    public void A_setting_that_is_wrong_is_told_with_its_rule(string setting, string value, string told) =>
        Assert.Contains(told, string.Join('\n', Load(KeyValuePair.Create(setting, value)).Errors), StringComparison.Ordinal);

    [Theory]
    [InlineData("webpush", "keyFile", "subject")]
    [InlineData("fcm", "accountFile")]
    [InlineData("apns", "keyFile", "keyId", "teamId", "topic")]
    public void A_provider_without_a_needed_setting_is_told(string section, params string[] needed)
    {
        var errors = string.Join('\n', Load(KeyValuePair.Create($"{section}.providers.main.connections", "5")).Errors);

        Assert.All(needed, setting => Assert.Contains($"{section}.providers.main.{setting}", errors, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("second", "There is no provider 'second'")]
    [InlineData("main", "The providers lead back to this one")]
    public void The_next_provider_must_exist_and_not_lead_back(string then, string told)
    {
        var loaded = Load(
            KeyValuePair.Create("fcm.providers.main.accountFile", "/account.json"), KeyValuePair.Create("fcm.providers.main.then", then));
        Assert.Contains(told, string.Join('\n', loaded.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_providers_there_are_no_errors() => Assert.Empty(Load().Errors);

    private static LoadedSettings Load(params KeyValuePair<string, string>[] given) => Modules.Settings.Load(new() { CommandLine = given });
}
