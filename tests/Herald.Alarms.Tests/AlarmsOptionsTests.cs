using Xunit;

namespace Herald.Alarms.Tests;

public sealed class AlarmsOptionsTests
{
    [Fact]
    public void The_defaults_are_those_of_the_documentation() =>
        Assert.Equal((TimeSpan.FromDays(30), false, 10_000, 512 << 10, 0), Told(new AlarmsOptions()));

    [Fact]
    public void What_is_out_of_range_is_told_by_its_setting()
    {
        var options = new AlarmsOptions { ForgetAfter = TimeSpan.FromSeconds(29), MaxAlarmsPerUser = 0, MaxDigestBytes = 4095 };
        Assert.Equal(["alarms.forgetAfter", "alarms.maxAlarmsPerUser", "alarms.maxDigestBytes"], options.Check().Select(problem => problem.Pointer));
        options = new AlarmsOptions { ForgetAfter = TimeSpan.FromDays(3651), MaxAlarmsPerUser = 50_001, MaxDigestBytes = (16 << 20) + 1 };
        Assert.Equal(3, options.Check().Count);
        Assert.StartsWith(
            "alarms.maxAlarmsPerUser = '0': From 1 to 50000.", Assert.Throws<ArgumentException>(() => new AlarmsApplication(new AlarmsOptions { MaxAlarmsPerUser = 0 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_application_keeps_its_name()
    {
        using var application = new AlarmsApplication(new AlarmsOptions());
        Assert.Equal(("alarms", "alarms"), (application.Name, application.Topic));
    }

    private static (TimeSpan, bool, int, int, int) Told(AlarmsOptions options) =>
        (options.ForgetAfter, options.EmptyDigest, options.MaxAlarmsPerUser, options.MaxDigestBytes, options.Check().Count);
}
