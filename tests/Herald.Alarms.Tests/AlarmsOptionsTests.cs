using Herald.Alarms.Hosting;
using Herald.Hosting.Settings;
using Herald.Journal.Hosting;
using Herald.Server;
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
        var loaded = Load(
            [new("HERALD__ALARMS__EMPTYDIGEST", "true"), new("HERALD__ALARMS__MAXDIGESTBYTES", "64KiB")],
            [new("alarms.forgetAfter", "90d"), new("alarms.maxAlarmsPerUser", "12")]);
        Assert.Equal((TimeSpan.FromDays(90), true, 12, 64 << 10), Told(loaded.Options.Get<AlarmsOptions>()));
        Assert.Equal("environment HERALD__ALARMS__EMPTYDIGEST", loaded.Effective().Single(setting => setting.Name == "alarms.emptyDigest").Source);
    }

    [Fact]
    public void What_is_wrong_with_them_is_told_by_name_value_origin_and_rule()
    {
        var loaded = Load([new("HERALD__ALARMS__EMPTYDIGESTS", "true"), new("HERALD_ALARMS_EMPTY_DIGEST", "true")], [new("alarms.forgetAfter", "1s")]);
        Assert.Equal(
            [
                "HERALD__ALARMS__EMPTYDIGESTS (environment): There is no such setting. Did you mean HERALD__ALARMS__EMPTYDIGEST?",
                "alarms.forgetAfter = '1s' (command line): A duration from 30s to 3650d, written like 500ms, 5s, 10m, 1h30m or 3d.",
                "HERALD_ALARMS_EMPTY_DIGEST (environment): Variables of settings have two underscores between the parts of the name. Use HERALD__ALARMS__EMPTYDIGEST.",
            ],
            loaded.Errors.Select(error => error.ToString()));
    }

    [Fact]
    public void What_is_out_of_range_is_told_by_its_setting()
    {
        var options = new AlarmsOptions { ForgetAfter = TimeSpan.FromSeconds(29), MaxAlarmsPerUser = 0, MaxDigestBytes = 4095 };
        Assert.Equal(["alarms.forgetAfter", "alarms.maxAlarmsPerUser", "alarms.maxDigestBytes"], AlarmsModule.Section.Check(options).Select(error => error.Setting));
        options = new AlarmsOptions { ForgetAfter = TimeSpan.FromDays(3651), MaxAlarmsPerUser = 50_001, MaxDigestBytes = (16 << 20) + 1 };
        Assert.Equal(3, AlarmsModule.Section.Check(options).Count);
        Assert.StartsWith(
            "alarms.maxAlarmsPerUser = '0' (code): A whole number from 1 to 50000.", Assert.Throws<ArgumentException>(() => new AlarmsApplication(new AlarmsOptions { MaxAlarmsPerUser = 0 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_application_keeps_its_name()
    {
        using var application = new AlarmsApplication(new AlarmsOptions());
        Assert.Equal(("alarms", "alarms"), (application.Name, application.Topic));
    }

    private static LoadedSettings Load(KeyValuePair<string, string>[] environment, KeyValuePair<string, string>[] arguments) =>
        new ModuleSet(new JournalModule(), new AlarmsModule()).Settings.Load(new() { Environment = environment, CommandLine = arguments });

    private static (TimeSpan, bool, int, int) Told(AlarmsOptions options) =>
        (options.ForgetAfter, options.EmptyDigest, options.MaxAlarmsPerUser, options.MaxDigestBytes);
}
