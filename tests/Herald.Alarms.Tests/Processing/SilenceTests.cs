using System.Globalization;
using Herald.Alarms.Retention;
using Xunit;

namespace Herald.Alarms.Tests.Processing;

/// <summary>Which users and alarms are forgotten, and when.</summary>
public sealed class SilenceTests(EngineFixture engine)
{
    private const string Early = "2026-01-31T12:00:00Z", Late = "2026-01-31T13:00:00Z";
    private static readonly DateTimeOffset Start = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(30, false)]
    [InlineData(31, true)]
    public async Task A_late_change_revives_a_cleared_alarm_only_after_thirty_days(int days, bool revived)
    {
        using var rig = new ShardRig(engine);
        await rig.TakeAsync(Change("u", "a", "CLEARED", Late, Start));
        var then = Start.AddDays(days);
        Assert.Equal(revived ? 1 : 0, (await rig.TakeAsync(Change("u", "a", "WARNING", Early, then), Sent.Request("u", then))).Digests.Count);
    }

    [Fact]
    public async Task A_cleared_alarm_of_a_user_who_is_heard_is_forgotten_too()
    {
        using var rig = new ShardRig(engine);
        await rig.TakeAsync(Change("u", "a", "CLEARED", Late, Start), Change("u", "b", "WARNING", Late, Start), Sent.Request("u", Start));
        for (var day = 1; day <= 31; day++)
            Assert.Empty((await rig.TakeAsync(Sent.Request("u", Start.AddDays(day)))).Digests);
        Assert.Equal(1, rig.UserOf("u").Count);
        Assert.Single((await rig.TakeAsync(Change("u", "a", "WARNING", Early, Start.AddDays(31)), Sent.Request("u", Start.AddDays(31)))).Digests);
    }

    [Fact]
    public async Task An_older_change_keeps_a_cleared_alarm_in_mind()
    {
        using var rig = new ShardRig(engine);
        await rig.TakeAsync(Change("u", "a", "CLEARED", Late, Start));
        await rig.TakeAsync(Change("u", "a", "WARNING", Early, Start.AddDays(20)));
        Assert.Empty((await rig.TakeAsync(Change("u", "a", "WARNING", Early, Start.AddDays(50)), Sent.Request("u", Start.AddDays(50)))).Digests);
    }

    [Fact]
    public async Task Silent_users_go_some_at_a_time()
    {
        using var rig = new ShardRig(engine);
        const int Users = 5_100, ATick = 8 * ActivityChunk.MostUsers;
        foreach (var chunk in Enumerable.Range(0, Users).Chunk(300))
            await rig.TakeAsync([.. chunk.SelectMany(user => new[] { Change(Name(user), "a", "WARNING", Early, Start), Sent.Request(Name(user), Start) })]);
        Assert.Equal(11, rig.Lists.Count());
        rig.Restart();
        rig.Read.Clear();
        Assert.Empty((await rig.TickAsync(Start.AddDays(30))).Written);
        Assert.Equal(["f"], rig.Read);
        await rig.TickAsync(Start.AddDays(31));
        // The last list is shorter than the others.
        Assert.Equal(Users - ATick + 400, rig.Users.Count());
        Assert.InRange(rig.Read.Count, ATick - 400, ATick + 10);
        await rig.TickAsync(Start.AddDays(31));
        Assert.Empty(rig.Users);
        Assert.Empty(rig.Lists);
        Assert.Empty((await rig.TickAsync(Start.AddDays(32))).Written);
    }

    [Fact]
    public async Task They_go_while_others_are_heard_too()
    {
        using var rig = new ShardRig(engine);
        await rig.TakeAsync([.. Enumerable.Range(0, 700).SelectMany(user => new[] { Change(Name(user), "a", "WARNING", Early, Start), Sent.Request(Name(user), Start) })]);
        var then = Start.AddDays(40);
        await rig.TakeAsync(Change("other", "a", "WARNING", Early, then));
        Assert.Equal(501, rig.Users.Count());
        await rig.TakeAsync(Change("other", "b", "WARNING", Early, then));
        Assert.Equal(["other"], rig.Users);
    }

    [Fact]
    public async Task What_a_silent_user_has_not_been_told_stays_and_nothing_else()
    {
        using var rig = new ShardRig(engine);
        await rig.TakeAsync(Change("u", "sent", "WARNING", Early, Start), Sent.Request("u", Start), Change("u", "due", "CRITICAL", Early, Start), Change("u", "cleared", "CLEARED", Early, Start));
        Assert.Equal(3, rig.UserOf("u").Count);
        foreach (var day in new[] { 31, 62, 93 })
        {
            await rig.TickAsync(Start.AddDays(day));
            Assert.Equal(1, rig.UserOf("u").Count);
            Assert.Single(rig.Lists);
        }
        Assert.Equal(
            ["""{"UserID":"u","ActiveAlarms":[{"AlarmID":"due","Status":"CRITICAL","LatestChangedAt":"2026-01-31T12:00:00Z"}]}"""],
            (await rig.TakeAsync(Sent.Request("u", Start.AddDays(94)))).Payloads);
        await rig.TickAsync(Start.AddDays(124));
        Assert.Equal(["u"], rig.Users);
        await rig.TickAsync(Start.AddDays(125));
        Assert.Empty(rig.Users);
        Assert.Empty(rig.Lists);
    }

    [Fact]
    public async Task Who_has_been_heard_since_is_passed_over()
    {
        using var rig = new ShardRig(engine);
        await rig.TakeAsync(Change("u", "a", "WARNING", Early, Start), Sent.Request("u", Start), Change("v", "a", "WARNING", Early, Start), Sent.Request("v", Start));
        await rig.TakeAsync(Sent.Request("u", Start.AddDays(10)));
        await rig.TickAsync(Start.AddDays(40));
        Assert.Equal(["u"], rig.Users);
        Assert.Single(rig.Lists);
        await rig.TickAsync(Start.AddDays(41));
        Assert.Empty(rig.Users);
    }

    [Fact]
    public async Task Users_who_stay_are_listed_once_a_period()
    {
        using var rig = new ShardRig(engine);
        for (var day = 0; day < 100; day++)
        {
            for (var i = 0; i < 3; i++)
                await rig.TakeAsync(Change("u", "a" + i.ToString(CultureInfo.InvariantCulture), "WARNING", Early, Start.AddDays(day).AddHours(i)));
        }
        Assert.InRange(rig.Lists.Count(), 30, 32);
        Assert.All(rig.Lists, list => Assert.Equal([(byte)1, (byte)1, (byte)1, (byte)'u'], rig.State[list].ToArray()));
    }

    [Fact]
    public async Task Another_setting_changes_what_is_forgotten_from_then_on()
    {
        using var rig = new ShardRig(engine);
        await rig.TakeAsync(Change("u", "a", "CLEARED", Late, Start), Change("v", "a", "CLEARED", Late, Start.AddDays(2)));
        rig.Restart(new AlarmsOptions { ForgetAfter = TimeSpan.FromDays(60) });
        await rig.TickAsync(Start.AddDays(58));
        Assert.Equal(["u", "v"], rig.Users.Order(StringComparer.Ordinal));
        Assert.Empty((await rig.TakeAsync(Change("v", "a", "WARNING", Early, Start.AddDays(58)), Sent.Request("v", Start.AddDays(58)))).Digests);
        rig.Restart(new AlarmsOptions { ForgetAfter = TimeSpan.FromDays(3) });
        await rig.TickAsync(Start.AddDays(60));
        Assert.Equal(["v"], rig.Users);
        await rig.TickAsync(Start.AddDays(62));
        Assert.Empty(rig.Users);
        Assert.Empty(rig.Lists);
    }

    [Fact]
    public async Task A_damaged_user_does_not_keep_the_others()
    {
        using var rig = new ShardRig(engine);
        await rig.TakeAsync([.. Enumerable.Range(0, 3).SelectMany(user => new[] { Change(Name(user), "a", "WARNING", Early, Start), Sent.Request(Name(user), Start) })]);
        rig.Put("u/" + Name(1), [9]);
        await rig.TickAsync(Start.AddDays(31));
        Assert.Equal([Name(1)], rig.Users);
    }

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("0105")]
    [InlineData("01050100")]
    [InlineData("0105010500")]
    [InlineData("010501050107")]
    [InlineData("01050205010001")]
    [InlineData("0105FFFFFFFFFFFFFFFFFF7F")]
    public async Task A_damaged_book_stops_nobody_and_is_begun_anew(string book)
    {
        using var rig = new ShardRig(engine);
        await rig.TakeAsync(Change("u", "a", "WARNING", Early, Start));
        rig.Put("f", Convert.FromHexString(book));
        var came = await rig.TakeAsync(Change("v", "a", "WARNING", Early, Start), Sent.Request("u", Start), Sent.Request("v", Start));
        Assert.Empty(came.Rejected);
        Assert.Equal(2, came.Digests.Count);
        // A user from whom messages have come since then is forgotten as usual.
        await rig.TakeAsync(Change("v", "a", "CLEARED", Late, Start.AddDays(1)), Sent.Request("v", Start.AddDays(1)));
        await rig.TickAsync(Start.AddDays(40));
        Assert.DoesNotContain("v", rig.Users);
    }

    [Fact]
    public async Task A_damaged_list_stops_nobody()
    {
        using var rig = new ShardRig(engine);
        await rig.TakeAsync(Change("u", "a", "WARNING", Early, Start));
        rig.Put(Assert.Single(rig.Lists), [9]);
        var came = await rig.TakeAsync(Change("v", "a", "WARNING", Early, Start), Sent.Request("v", Start));
        Assert.Empty(came.Rejected);
        Assert.Single(came.Digests);
        rig.Put(Assert.Single(rig.Lists), [9]);
        await rig.TickAsync(Start.AddDays(40));
        Assert.Empty(rig.Lists);
    }

    [Fact]
    public async Task The_shards_time_never_goes_back()
    {
        using var rig = new ShardRig(engine);
        await rig.TakeAsync(Change("u", "a", "CLEARED", Late, Start));
        await rig.TakeAsync(Sent.Request("nobody", Start.AddDays(31)));
        rig.Restart();
        // The node that accepted these messages has a clock that is behind. The alarm is forgotten all the same.
        Assert.Single((await rig.TakeAsync(Change("u", "a", "WARNING", Early, Start.AddDays(29)), Sent.Request("u", Start.AddDays(29)))).Digests);
    }

    [Theory]
    [InlineData(30, 1)]
    [InlineData(1_200, 4)]
    [InlineData(30 * 86_400, 60)]
    public void Ticks_come_ten_times_a_period_within_reason(int forgetAfterSeconds, int tickSeconds)
    {
        using var rig = new ShardRig(engine, new AlarmsOptions { ForgetAfter = TimeSpan.FromSeconds(forgetAfterSeconds) });
        Assert.Equal(TimeSpan.FromSeconds(tickSeconds), rig.TickEvery);
    }

    private static Sent Change(string user, string alarm, string status, string changedAt, DateTimeOffset acceptedAt) => Sent.Change(user, alarm, status, changedAt, acceptedAt);

    private static string Name(int user) => user.ToString("D5", CultureInfo.InvariantCulture);
}
