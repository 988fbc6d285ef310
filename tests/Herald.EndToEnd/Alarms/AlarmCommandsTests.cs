using Herald.Lab.Processes;
using System.Text.Json;
using Herald.Lab.Alarms;
using Herald.LocalServers.Brokers;
using Herald.TestKit.Nats;
using Xunit;

namespace Herald.EndToEnd.Alarms;

/// <summary>The commands <c>herald alarms verify</c>, <c>alarms show</c> and <c>demo alarms</c>.</summary>
public sealed class AlarmCommandsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Verify_passes_while_the_service_runs_and_says_what_to_look_at_when_it_does_not(bool jetStream)
    {
        string[] mode = jetStream ? [] : ["--no-stream"];
        await using var nats = await NatsServer.StartAsync(jetStream);
        await using (await OwnHerald.StartAsync(ServerProcess.Alarms, Cancel, ["--nats", nats.Url, .. mode]))
        {
            var good = await HeraldRun.OfAsync(null, Cancel, ["alarms", "verify", "--nats", nats.Url, "--within", "30s", .. mode]);
            Assert.True(good.Code == 0, good.Out + good.Error);
            Assert.Equal("Smoke test passed", good.Out.TrimEnd().Split('\n')[^1]);
        }

        var away = await HeraldRun.OfAsync(null, Cancel, ["alarms", "verify", "--nats", nats.Url, "--within", "1s", .. mode]);
        Assert.Equal(1, away.Code);
        Assert.DoesNotContain("Smoke test passed", away.Out, StringComparison.Ordinal);
        Assert.Contains("Is `herald alarms serve` running, and does it read from this NATS?", away.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_says_so_when_there_is_no_stream_yet_and_when_there_is_no_NATS()
    {
        await using var nats = await NatsServer.StartAsync();
        var streamless = await HeraldRun.OfAsync(null, Cancel, "alarms", "verify", "--nats", nats.Url, "--within", "1s");
        Assert.Equal(1, streamless.Code);
        Assert.Contains("No stream takes 'AlarmStatusChanged'", streamless.Error, StringComparison.Ordinal);
        Assert.Contains("--no-stream", streamless.Error, StringComparison.Ordinal);

        await nats.KillAsync();
        var unreachable = await HeraldRun.OfAsync(null, Cancel, "alarms", "verify", "--nats", nats.Url);
        Assert.Equal(3, unreachable.Code);
        Assert.Contains($"No NATS answers at {nats.Url}", unreachable.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_tells_what_is_known_of_a_user_and_404_of_a_stranger()
    {
        await using var nats = await NatsServer.StartAsync();
        await using var herald = await OwnHerald.StartAsync(ServerProcess.Alarms, Cancel, "--nats", nats.Url);
        await using var ear = await DigestEar.ListenAsync(nats.Url, Cancel);
        const string User = "zoë/7 ?#%";
        await new AlarmPublisher(ear.Connection, kept: true, Patience, TimeProvider.System).PublishAsync(
        [
            AlarmMessage.Change("1", User, "cpu", "CRITICAL", "2024-05-01T12:00:00.10+02:00"), AlarmMessage.Request("2", User),
            AlarmMessage.Change("3", User, "disk", "WARNING", "2024-05-01T10:00:00Z"), AlarmMessage.Change("4", User, "fan", "CLEARED", "2024-05-01T10:00:00Z"), AlarmMessage.Request("5", User),
            AlarmMessage.Change("6", User, "disk", "CRITICAL", "2024-05-01T10:00:01Z"), AlarmMessage.Change("7", "other", "a", "WARNING", "2024-05-01T10:00:01Z"), AlarmMessage.Request("8", "other"),
        ], Cancel);
        await ear.UntilAsync(3, Cancel);

        var shown = await ShowAsync(herald, User, alarms => alarms.EnumerateArray().Any(alarm => alarm.GetProperty("due").GetBoolean()));
        using var user = JsonDocument.Parse(shown);
        Assert.Equal(User, user.RootElement.GetProperty("userId").GetString());
        Assert.Equal(
            ["cpu CRITICAL 2024-05-01T12:00:00.10+02:00 False", "disk CRITICAL 2024-05-01T10:00:01Z True", "fan CLEARED 2024-05-01T10:00:00Z False"],
            user.RootElement.GetProperty("alarms").EnumerateArray().Select(alarm =>
                $"{alarm.GetProperty("alarmId").GetString()} {alarm.GetProperty("status").GetString()} {alarm.GetProperty("changedAt").GetString()} {alarm.GetProperty("due").GetBoolean()}"));
        var table = await HeraldRun.OfAsync(null, Cancel, "alarms", "show", User, "--server", $"{herald.Server.Address}");
        Assert.True(table.Code == 0, table.Error);
        Assert.Contains("2024-05-01T12:00:00.10+02:00", table.Out, StringComparison.Ordinal);

        var stranger = await HeraldRun.OfAsync(null, Cancel, "alarms", "show", "nobody", "--server", $"{herald.Server.Address}");
        Assert.Equal(4, stranger.Code);
        Assert.Contains("There is no record of this user", stranger.Error, StringComparison.Ordinal);
        Assert.Equal(404, (await herald.Client.Alarms.GetUserAsync("nobody", Cancel)).Status);
    }

    [Theory]
    [InlineData]
    [InlineData("--no-stream")]
    public async Task The_demo_ends_with_its_verdict_and_leaves_nothing_behind(params string[] mode)
    {
        Assert.SkipWhen(NatsProgram.Find() is null, NatsProgram.Missing);
        var temporary = Directory.CreateTempSubdirectory("herald-test-");
        var run = await HeraldRun.OfAsync(start => start.Environment["TMPDIR"] = temporary.FullName, null, Cancel, ["demo", "alarms", "--bursts", "3", "--users", "50", "--json", .. mode]);
        Assert.True(run.Code == 0, run.Out + run.Error);
        using var verdict = JsonDocument.Parse(run.Out.TrimEnd().Split('\n')[^1]);
        var expected = verdict.RootElement.GetProperty("digestsExpected").GetInt64();
        Assert.True(expected > 100, run.Out);
        Assert.Equal((expected, 0, 0, 0), (Number("received"), Number("repeats"), Number("wrong"), Number("missing")));
        Assert.Empty(temporary.EnumerateDirectories("herald-*"));
        temporary.Delete(recursive: true);

        long Number(string name) => verdict.RootElement.GetProperty(name).GetInt64();
    }

    /// <summary>Returns the JSON output of <c>alarms show</c>, once it is complete.</summary>
    private static async Task<string> ShowAsync(OwnHerald herald, string user, Func<JsonElement, bool> isComplete)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var run = await HeraldRun.OfAsync(null, Cancel, "alarms", "show", user, "--json", "--server", $"{herald.Server.Address}");
            Assert.True(run.Code == 0, run.Error);
            using var shown = JsonDocument.Parse(run.Out);
            if (isComplete(shown.RootElement.GetProperty("alarms")))
                return run.Out;
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, run.Out);
        }
    }
}
