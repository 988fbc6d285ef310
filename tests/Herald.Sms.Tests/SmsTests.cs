using Herald.Engine.Channels;
using Herald.Hosting.Settings;
using Herald.LocalServers.Posts;
using Herald.LocalServers.Sms;
using Herald.Messages;
using Herald.Sms.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Herald.Sms.Tests;

public sealed class SmsTests
{
    [Theory]
    [InlineData(PlannedAnswer.Judged, AttemptOutcome.Delivered, false)]
    [InlineData(PlannedAnswer.Throttled, AttemptOutcome.Failed, true)]
    [InlineData(PlannedAnswer.BadRecipient, AttemptOutcome.Rejected, false)]
    [InlineData(PlannedAnswer.BadToken, AttemptOutcome.Failed, true)]
    [InlineData(PlannedAnswer.Unavailable, AttemptOutcome.Failed, true)]
    [InlineData(PlannedAnswer.Half, AttemptOutcome.Failed, false)]
    [InlineData(PlannedAnswer.Page, AttemptOutcome.Failed, false)]
    [InlineData(PlannedAnswer.Huge, AttemptOutcome.Failed, false)]
    public async Task A_gateway_of_no_vendor_is_configuration(PlannedAnswer answer, AttemptOutcome outcome, bool troubled)
    {
        await using var place = new SmsPlace();
        await using var fake = await FakeProvider.StartAsync(new FakeSmsGateway(), SmsPlace.TestEnd);
        fake.Plan(answer);
        var channel = place.Channel(null, ("gateway", place.GatewayAt(fake.Address)));
        var message = new { uuid = "6fa459ea-ee8a-3ca4-894e-db77e160355e", text = "Hello", to = "+49 170 12345678" };

        var result = await place.TryAsync(channel, "sms://gateway", message);
        Assert.Equal((outcome, troubled), (result.Outcome, result.EndpointTroubled));

        // The gateway drops the repeat by its key, so there is one effect whatever the first answer was.
        place.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("", (await place.TryAsync(channel, "sms://gateway", message)).Reason);
        Assert.Equal(new AcceptedPost("+4917012345678", "Hello"), Assert.Single(fake.Accepted));
    }

    /// <summary>A gateway that got one key for both would drop the second one, and answer as if it had sent it.</summary>
    [Fact]
    public async Task One_uuid_for_two_recipients_reaches_both_and_a_repeat_reaches_nobody_twice()
    {
        await using var place = new SmsPlace();
        await using var fake = await FakeProvider.StartAsync(new FakeSmsGateway(), SmsPlace.TestEnd);
        var channel = place.Channel(null, ("gateway", place.GatewayAt(fake.Address)));
        var message = new { uuid = "6fa459ea-ee8a-3ca4-894e-db77e160355e", text = "Disk full" };
        foreach (var to in new[] { "+4917012345678", "+4917012345679", "+4917012345678" })
            Assert.Equal("", (await place.TryAsync(channel, $"sms://gateway/{to}", message)).Reason);

        Assert.Equal(["+4917012345678", "+4917012345679"], fake.Accepted.Select(post => post.Recipient));
        var keys = new List<string?>();
        for (var n = 0; n < 3; n++)
            keys.Add((await fake.Calls.ReadAsync(SmsPlace.TestEnd)).Header("idempotency-key"));
        Assert.Equal(keys[0], keys[2]);
        Assert.All(keys, key => Assert.True(Guid.TryParseExact(key, "D", out _), key));
        // Without a uuid, the id of the delivery is the key.
        await place.TryAsync(channel, "sms://gateway/+4917012345678", new { text = "again" });
        Assert.Equal("msg_4", (await fake.Calls.ReadAsync(SmsPlace.TestEnd)).Header("idempotency-key"));
    }

    [Fact]
    public async Task What_a_phone_shows_is_measured_with_all_that_the_definition_adds()
    {
        await using var place = new SmsPlace();
        await using var receiver = new TestKit.Receivers.ScriptedReceiver();
        var gateway = place.Define("""
            {
              "about": "A gateway", "values": {"server": {"about": "s", "form": "address"}}, "to": {"rule": "A number."},
              "url": "{{server}}", "json": {"number": "{{to}}", "text": "{{subject}}: {{text}} - ACME"}
            }
            """);
        var channel = place.Channel(null, ("gateway", new SmsProviderOptions
        {
            Kind = gateway,
            MostSegments = 1,
            Values = new Dictionary<string, Posts.PostValueOptions> { ["server"] = new() { Text = receiver.Endpoint.ToString() } },
        }));
        var room = 160 - "Disk: ".Length - " - ACME".Length;

        var fits = await place.TryAsync(channel, "sms://gateway/+4917012345678", new { subject = "Disk", text = new string('a', room) });
        var longer = await place.TryAsync(channel, "sms://gateway/+4917012345678", new { subject = "Disks", text = new string('a', room) });

        Assert.Equal("", fits.Reason);
        Assert.Equal(AttemptOutcome.Rejected, longer.Outcome);
        Assert.Contains("161 characters of the GSM alphabet, which are 2 parts", longer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_with_too_many_parts_is_refused_with_its_length()
    {
        await using var place = new SmsPlace();
        await using var fake = await FakeProvider.StartAsync(new FakeSmsGateway(), SmsPlace.TestEnd);
        var channel = place.Channel(null, ("gateway", place.GatewayAt(fake.Address) with { MostSegments = 2 }));

        var fits = await place.TryAsync(channel, "sms://gateway/+4917012345678", new { text = new string('a', 306) });
        var plain = await place.TryAsync(channel, "sms://gateway/+4917012345678", new { text = new string('a', 307) });
        var wide = await place.TryAsync(channel, "sms://gateway/+4917012345678", new { text = new string('ё', 135) });
        var huge = await place.TryAsync(channel, "sms://gateway/+4917012345678", new { text = new string('ё', 1 << 19) });

        Assert.Equal("", fits.Reason);
        Assert.Contains("307 characters of the GSM alphabet, which are 3 parts. At most 2 ", plain.Reason, StringComparison.Ordinal);
        Assert.Contains("135 characters of UTF-16, because not all are in the GSM alphabet", wide.Reason, StringComparison.Ordinal);
        Assert.All(
            [plain, wide, huge], result => Assert.Equal((AttemptOutcome.Rejected, AttemptStage.Guard), (result.Outcome, result.Stage)));
        Assert.Single(fake.Accepted);
    }

    [Theory]
    [InlineData("0170 1234567")]
    [InlineData("nobody")]
    [InlineData("+49 170 1234567\r\nX: y")]
    public async Task A_wrong_number_never_reaches_the_gateway(string to)
    {
        await using var place = new SmsPlace();
        await using var fake = await FakeProvider.StartAsync(new FakeSmsGateway(), SmsPlace.TestEnd);
        var channel = place.Channel(null, ("gateway", place.GatewayAt(fake.Address)));
        var result = await place.TryAsync(channel, "sms://gateway", new { text = "Hello", to });
        Assert.Equal(AttemptOutcome.Rejected, result.Outcome);
        Assert.StartsWith("to", result.Reason, StringComparison.Ordinal);
        var missing = await place.TryAsync(channel, "sms://gateway", new { text = "Hello" });
        Assert.Contains("number is missing", missing.Reason, StringComparison.Ordinal);
        Assert.False(fake.Calls.TryRead(out _));
    }

    [Fact]
    public async Task An_endpoint_with_a_wrong_number_is_refused_before_it_is_used()
    {
        await using var place = new SmsPlace();
        var channel = place.Channel("DE", ("gateway", place.GatewayAt(new("https://sms.example"))));
        Assert.Null(channel.Refuse(new("sms://gateway")));
        Assert.Null(channel.Refuse(new("sms://gateway/0170%201234567")));
        Assert.Contains("no such number", channel.Refuse(new("sms://gateway/0170")), StringComparison.Ordinal);
        Assert.Contains("not in sms.providers, which has gateway", channel.Refuse(new("sms://other")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "+49 170 1234567", null)]
    [InlineData("DE", "0170 1234567", null)]
    [InlineData(null, "0170 1234567", "or set sms.region")]
    [InlineData("DE", "0170", "no such number")]
    [InlineData("DE", "", "A phone number has digits")]
    public void Applications_can_ask_for_the_rule_of_numbers_without_any_gateway(string? region, string to, string? told)
    {
        var (module, services) = (new SmsModule(), new ServiceCollection());
        var environment = region is null ? [] : (KeyValuePair<string, string>[])[new("HERALD__SMS__REGION", region)];
        module.AddServices(services, new SettingSet(module.Sections).Load(new() { Environment = environment }).Options);
        Assert.DoesNotContain(services, service => service.ServiceType == typeof(IChannel));
        using var provider = services.BuildServiceProvider();
        var check = provider.GetRequiredService<IRecipientCheck>();
        Assert.Equal(Destination.Sms, check.Kind);
        var problem = check.Refuse(to);
        Assert.Equal(told is null, problem is null);
        Assert.Contains(told ?? "", problem ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_are_checked_with_their_names()
    {
        var values = new Dictionary<string, Posts.PostValueOptions>
        {
            ["account"] = new() { Text = "AC1" },
            ["token"] = new() { Secret = "hunter2" },
        };
        var good = new SmsProviderOptions { Kind = "twilio", Values = values };
        Assert.Empty(Check(good, null));
        Refuses(good with { Kind = "slack" }, null, "sms.providers.main.kind", "no preset (twilio)");
        var noAccount = new Dictionary<string, Posts.PostValueOptions> { ["token"] = values["token"] };
        Refuses(good with { Values = noAccount }, null, "sms.providers.main.values.account", "It is missing");
        Refuses(good with { To = "0170 1234567" }, null, "sms.providers.main.to", "sms.region");
        Assert.Empty(Check(good with { To = "0170 1234567" }, "DE"));
        Refuses(good, "de", "sms.region", "two letters");
        Refuses(good with { MostSegments = 0 }, null, "sms.providers.main.mostSegments", "from 1 to 255");
        Refuses(good with { Then = "other" }, null, "sms.providers.main.then", "sms.providers.other");
    }

    private static void Refuses(SmsProviderOptions options, string? region, string setting, string rule)
    {
        var error = Assert.Single(Check(options, region));
        Assert.Equal(setting, error.Setting);
        Assert.Contains(rule, error.Rule, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    private static IReadOnlyList<SettingError> Check(SmsProviderOptions options, string? region)
    {
        var section = Assert.IsType<SettingSection<SmsOptions>>(Assert.Single(new SmsModule().Sections));
        return section.Check(new() { Region = region, Providers = new Dictionary<string, SmsProviderOptions> { ["main"] = options } });
    }
}
