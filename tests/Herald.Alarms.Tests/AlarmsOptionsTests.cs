using Herald.Server.Settings;
using Xunit;

namespace Herald.Alarms.Tests;

public sealed class AlarmsOptionsTests
{
    [Fact]
    public void The_defaults_are_those_of_the_documentation() =>
        Assert.Equal((TimeSpan.FromDays(30), false, 10_000, 512 << 10), Told(new AlarmsOptions()));

    [Fact]
    public void They_are_read_as_the_servers_settings_are()
    {
        var loaded = ServerSettings.Load(
            null, [new("HERALD_ALARMS_EMPTY_DIGEST", "true"), new("HERALD_ALARMS_MAX_DIGEST_BYTES", "64KiB")],
            [new("alarms.forgetAfter", "90d"), new("alarms.maxAlarmsPerUser", "12")], null, AlarmsSettings.All);
        Assert.Equal((TimeSpan.FromDays(90), true, 12, 64 << 10), Told(AlarmsSettings.Of(loaded.Options)));
        Assert.Equal("environment HERALD_ALARMS_EMPTY_DIGEST", loaded.Effective().Single(setting => setting.Name == "alarms.emptyDigest").Source);
    }

    [Fact]
    public void What_is_wrong_with_them_is_told_by_name_value_origin_and_rule()
    {
        var loaded = ServerSettings.Load(null, [new("HERALD_ALARMS_EMPTY_DIGESTS", "true")], [new("alarms.forgetAfter", "1s")], null, AlarmsSettings.All);
        Assert.Equal(
            [
                "HERALD_ALARMS_EMPTY_DIGESTS (environment): There is no such setting. Did you mean HERALD_ALARMS_EMPTY_DIGEST?",
                "alarms.forgetAfter = '1s' (command line): A duration from 30s to 3650d, written like 500ms, 5s, 10m, 1h30m or 3d.",
            ],
            loaded.Errors.Select(error => error.ToString()));
    }

    [Fact]
    public void What_is_out_of_range_is_told_by_its_setting()
    {
        var options = new AlarmsOptions { ForgetAfter = TimeSpan.FromSeconds(29), MaxAlarmsPerUser = 0, MaxDigestBytes = 4095 };
        Assert.Equal(["alarms.forgetAfter", "alarms.maxAlarmsPerUser", "alarms.maxDigestBytes"], AlarmsSettings.Check(options).Select(error => error.Setting));
        options = new AlarmsOptions { ForgetAfter = TimeSpan.FromDays(3651), MaxAlarmsPerUser = 50_001, MaxDigestBytes = (16 << 20) + 1 };
        Assert.Equal(3, AlarmsSettings.Check(options).Count());
        Assert.StartsWith(
            "alarms.maxAlarmsPerUser = '0' (code): A whole number from 1 to 50,000.", Assert.Throws<ArgumentException>(() => new AlarmsApplication(new AlarmsOptions { MaxAlarmsPerUser = 0 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_application_keeps_its_name()
    {
        using var application = new AlarmsApplication(new AlarmsOptions());
        Assert.Equal(("alarms", "alarms"), (application.Name, application.Topic));
    }

    private static (TimeSpan, bool, int, int) Told(AlarmsOptions options) =>
        (options.ForgetAfter, options.EmptyDigest, options.MaxAlarmsPerUser, options.MaxDigestBytes);
}
