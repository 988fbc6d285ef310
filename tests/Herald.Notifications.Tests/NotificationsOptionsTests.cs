using Herald.Email.Hosting;
using Herald.Hosting.Settings;
using Herald.Messages;
using Herald.Notifications.Posts;
using Herald.Notifications.Recipients;
using Herald.Notifications.Templates;
using Microsoft.Extensions.DependencyInjection;

namespace Herald.Notifications.Tests;

public sealed class NotificationsOptionsTests
{
    private static readonly DestinationOptions Mail = new() { Endpoint = new("smtp://main") };

    [Fact]
    public void The_defaults_are_those_of_the_plan()
    {
        var options = new NotificationsOptions();
        Assert.Equal(
            (TimeSpan.FromDays(30), TimeSpan.FromDays(30), true, NotificationsFront.Store, "main", "received-notifications",
                "outstanding-notifications"),
            (options.KeepFor, options.MaxDelay, options.Recipients, options.Front, options.KafkaCluster, options.KafkaReceived,
                options.KafkaOutstanding));
        Assert.Equal((TimeSpan.FromSeconds(10), 128L << 20), (options.FrontTimeout, options.TableMemory));
        Assert.Equal((null, TimeSpan.FromHours(1), Excess.Wait),
            (new LimitOptions().Most, new LimitOptions().Within, new LimitOptions().Then));
        Assert.Empty(Load().Errors);
    }

    [Fact]
    public void They_are_read_from_files_variables_and_arguments()
    {
        var loaded = Load(
            ("notifications.destinations.email.endpoint", "smtp://main?then=backup"),
            ("notifications.destinations.email.defaultTo", "ops@x.org"),
            ("notifications.destinations.email.maxInFlight", "7"), ("notifications.destinations.email.ratePerSecond", "50"),
            ("notifications.destinations.email.timeout", "5s"), ("notifications.destinations.email.maxAge", "1d"),
            ("notifications.destinations.sms.external", "true"), ("notifications.limits.sms.most", "5"),
            ("notifications.limits.sms.then", "drop"),
            ("notifications.templates.invoice.text", "Invoice {{number}}"), ("notifications.front", "kafka"),
            ("notifications.keepFor", "90d"));
        Assert.Empty(loaded.Errors);
        var options = loaded.Options.Get<NotificationsOptions>();
        Assert.Equal(
            new DestinationOptions
            {
                Endpoint = new("smtp://main?then=backup"),
                DefaultTo = "ops@x.org",
                MaxInFlight = 7,
                RatePerSecond = 50,
                Timeout = TimeSpan.FromSeconds(5),
                MaxAge = TimeSpan.FromDays(1),
            },
            options.Destinations["email"]);
        Assert.True(options.Destinations["sms"].External);
        Assert.Equal(new LimitOptions { Most = 5, Then = Excess.Drop }, options.Limits["sms"]);
        Assert.Equal("Invoice {{number}}", options.Templates["invoice"].Text);
        Assert.Equal((NotificationsFront.Kafka, TimeSpan.FromDays(90)), (options.Front, options.KeepFor));
    }

    [Theory]
    [InlineData("destinations.fax.endpoint", "smtp://main", "A destination: email, sms, slack or push.")]
    [InlineData(
        "destinations.email.defaultTo", "a@x.org",
        "The destination needs an endpoint, or notifications.destinations.email.external=true. Set one of them.")]
    [InlineData("destinations.email.maxInFlight", "0", "from 1 to 10000")]
    [InlineData("keepFor", "30", "A duration has a unit: write 30s for seconds.")]
    [InlineData("keepFor", "59m", "A duration from 1h to 3650d")]
    [InlineData("maxDelay", "367d", "A duration from 1s to 366d")]
    [InlineData("limits.email.within", "5m", "A limit needs a number. Set it, or remove the limit.")]
    [InlineData("limits.email.most", "1001", "from 1 to 1000")]
    [InlineData(
        "limits.email.most", "5",
        "There is no destination email, so the limit has no effect. Set notifications.destinations.email, or remove the limit.")]
    [InlineData("limits.email.then", "forget", "wait, drop")]
    [InlineData("templates.invoice.subject", "a", "A template needs a text or an html. Set one of them.")]
    [InlineData("templates.invoice.text", "a {{name", "A place begins with {{ and needs }} at its end, such as {{name}}.")]
    [InlineData("templates.In voice.text", "a", "A name has up to 63 lower-case letters, digits and hyphens, beginning with a letter.")]
    [InlineData("front", "door", "store, kafka")]
    [InlineData("kafkaReceived", "a b", "A name has up to 249 letters, digits, dots, underscores and hyphens.")]
    [InlineData("kafkaOutstanding", "received-notifications", "Outstanding notifications would be received as new ones.")]
    [InlineData("tableMemory", "1KiB", "A size from 1MiB to 64GiB")]
    [InlineData("frontTimeout", "1ms", "A duration from 100ms to 5m")]
    [InlineData("recipient", "false", "Did you mean notifications.recipients?")]
    public void What_is_wrong_is_told_with_setting_and_rule(string setting, string value, string rule)
    {
        var errors = Load(($"notifications.{setting}", value)).Errors.Select(error => error.ToString()).ToList();
        Assert.True(
            errors.Exists(error => error.StartsWith("notifications.", StringComparison.Ordinal)
                && error.Contains(rule, StringComparison.Ordinal)),
            string.Join('\n', errors));
    }

    [Fact]
    public void Settings_that_do_not_fit_together_are_all_told_at_once()
    {
        var errors = NotificationsSection.Section.Check(new()
        {
            Destinations = new Dictionary<string, DestinationOptions>
            {
                ["email"] = Mail with { External = true, DefaultTo = "user:anna" },
                ["push"] = new(),
            },
            Limits = new Dictionary<string, LimitOptions> { ["sms"] = new() { Most = 2 }, ["email"] = new() { Most = 1 } },
            Templates = new Dictionary<string, TemplateOptions>
            {
                ["a"] = new() { Text = "{{", Html = "{{b c}}" },
                ["b"] = new() { Subject = "x\ny", Text = "t" },
            },
            Recipients = false,
            KafkaReceived = "same",
            KafkaOutstanding = "same",
        });
        Assert.Equal(
            [
                "notifications.destinations.email.external", "notifications.destinations.email.defaultTo",
                "notifications.destinations.push.endpoint",
                "notifications.limits.sms", "notifications.limits.email",
                "notifications.templates.a.text", "notifications.templates.a.html", "notifications.templates.b.subject",
                "notifications.kafkaOutstanding",
            ],
            errors.Select(error => error.Setting).Distinct());
        Assert.Contains(errors, error =>
            error.ToString().StartsWith("notifications.templates.a.html = '{{b c}}' (code): The name of a parameter has",
            StringComparison.Ordinal));
    }

    [Fact]
    public void The_rules_of_posts_follow_from_the_settings()
    {
        var checks = Checks();
        var rules = PostRulesOf.Settings(
            new()
            {
                Destinations = new Dictionary<string, DestinationOptions>
                {
                    ["email"] = Mail,
                    ["sms"] = new() { External = true },
                    ["slack"] = new() { Endpoint = new("post://team") },
                },
                Templates = new Dictionary<string, TemplateOptions> { ["a"] = new() { Text = "{{b}}" } },
                MaxDelay = TimeSpan.FromHours(2),
            },
            checks, 100_000);
        Assert.Equal(
            [(Destination.Email, true, true), (Destination.Sms, false, false), (Destination.Slack, false, false)],
            rules.Destinations.OrderBy(one => one.Key).Select(one => (one.Key, one.Value.NeedsTo, one.Value.Check is not null)));
        Assert.Equal((TimeSpan.FromHours(2), true, 100_000 - PostRules.Reserve, 100_000),
            (rules.MaxDelay, rules.KeepsRecipients, rules.MostBytes, rules.MostTextBytes));
        Assert.Equal(["b"], rules.Templates["a"].Names);
        Assert.False(NeedsTo(Mail with { DefaultTo = "a@x.org" }));
        Assert.False(NeedsTo(Mail with { Endpoint = new("smtp://main/ops@x.org") }));

        bool NeedsTo(DestinationOptions mail) => PostRulesOf
            .Settings(new() { Destinations = new Dictionary<string, DestinationOptions> { ["email"] = mail } }, checks,
                1 << 20).Destinations[Destination.Email].NeedsTo;
    }

    [Theory]
    [InlineData("ops@x.org", null)]
    [InlineData("user:ops", null)]
    [InlineData("ops", "Write one mail address, such as ann@example.com or Ann <ann@example.com>.")]
    [InlineData("user:o p s", RecipientKey.PersonRule)]
    public void A_default_recipient_must_be_one(string to, string? rule)
    {
        var options = new NotificationsOptions { Destinations = new Dictionary<string, DestinationOptions> { ["email"] = Mail with { DefaultTo = to } } };
        Assert.Equal(
            rule is null ? [] : [("destinations.email.defaultTo", to, rule)],
            PostRulesOf.Broken(options, Checks(), 1 << 20).Select(one => (one.Setting, one.Value ?? "", one.Rule)));
        Assert.Equal(
            "Notifications need larger events. Set intake.maxPayloadBytes to 16384 or more.",
            PostRulesOf.Broken(options, [], 16383).Single().Rule);
        Assert.Empty(PostRulesOf.Broken(options, [], 16384));
    }

    private static LoadedSettings Load(params (string Name, string Value)[] arguments) => new SettingSet([NotificationsSection.Section])
        .Load(new() { CommandLine = [.. arguments.Select(one => new KeyValuePair<string, string>(one.Name, one.Value))] });

    private static List<IRecipientCheck> Checks()
    {
        var (module, services) = (new EmailModule(), new ServiceCollection());
        module.AddServices(services, new SettingSet(module.Sections).Load(new()).Options);
        using var provider = services.BuildServiceProvider();
        return [.. provider.GetServices<IRecipientCheck>()];
    }
}
